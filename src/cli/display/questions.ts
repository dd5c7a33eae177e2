/** Questions to a person at a terminal. */
import { InterruptedError } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** True where a person can be asked: what is typed comes from a terminal, and what is said goes to one. */
export const canAsk = ({ live }: Terminal): boolean => live !== undefined && process.stdin.isTTY;

/**
 * The answer to a question of `@inquirer/prompts`. `InterruptedError` when it was left by Ctrl-C, which says what the
 * same command does `again`.
 */
export const answered = async <T>(question: Promise<T>, again: string): Promise<T> => {
  try {
    return await question;
  } catch (error) {
    if (error instanceof Error && error.name === "ExitPromptError") throw new InterruptedError("SIGINT", again);
    throw error;
  }
};
