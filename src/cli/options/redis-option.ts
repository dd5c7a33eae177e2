/** The option of the commands that use a queue. */
import { InvalidArgumentError, Option } from "commander";
import { redisAddress, type RedisAddress } from "../../sweeps/executors/redis-address.ts";

/**
 * `--redis`. Its value may hold a password, so it is read where the command begins: commander would print what it
 * refuses.
 */
export const redisOption = (): Option =>
  new Option("--redis <url>", "where the queue of the executor bullmq is; a password is better kept in the variable")
    .env("RETORT_REDIS")
    .default("redis://127.0.0.1:6379");

/** The address in its value. `InvalidArgumentError`, which does not quote the value, for another text. */
export const redisIn = (value: string): RedisAddress => {
  try {
    return redisAddress(value);
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidArgumentError(error.message);
    throw error;
  }
};
