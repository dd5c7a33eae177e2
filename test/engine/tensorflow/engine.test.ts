import { tensorflowEngine } from "../../../src/engine/tensorflow/engine.ts";
import { engineLaws } from "../../laws/engine.laws.ts";

engineLaws("tensorflow", () => tensorflowEngine({ xla: true }));
