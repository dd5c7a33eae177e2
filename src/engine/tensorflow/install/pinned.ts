/** What an installation fetches: exactly these files, from whatever mirror pip and npm are set to. */
import { tensorFlowVersion, type TensorFlowDevice } from "../library/folder.ts";

/** A wheel of PyPI. */
export interface PinnedWheel {
  /** What pip is asked for. */
  readonly requirement: string;
  readonly file: string;
  readonly sha256: string;
  /** Of the wheel, for people who wait for it. */
  readonly megabytes: number;
  /** Bytes that an installation needs at its largest, with what is removed at its end. */
  readonly room: number;
}

/** The wheels that TensorFlow's library is taken from, of one Python whatever the machine's is. */
export const pinnedWheels: Readonly<Record<TensorFlowDevice, PinnedWheel>> = {
  cpu: {
    requirement: `tensorflow-cpu==${tensorFlowVersion}`,
    file: `tensorflow_cpu-${tensorFlowVersion}-cp311-cp311-manylinux_2_27_x86_64.whl`,
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    megabytes: 274,
    room: 1.2e9,
  },
  gpu: {
    requirement: `tensorflow==${tensorFlowVersion}`,
    file: `tensorflow-${tensorFlowVersion}-cp311-cp311-manylinux_2_27_x86_64.whl`,
    sha256: "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124",
    megabytes: 572,
    room: 9e9,
  },
};

/** A package of npm. */
export interface PinnedPackage {
  /** What npm is asked for. */
  readonly spec: string;
  /** As npm writes it in a lock file: of the tarball. */
  readonly integrity: string;
}

/** What the binding is compiled from, and the kernels are bundled from; the install script of it is not run. */
export const pinnedBackend: PinnedPackage = {
  spec: "@tensorflow/tfjs-node@4.22.0",
  integrity: "sha512-uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==",
};

/** Node's own headers of Node-API. */
export const pinnedHeaders: PinnedPackage = {
  spec: "node-api-headers@1.9.0",
  integrity: "sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==",
};
