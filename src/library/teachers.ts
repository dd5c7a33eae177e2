/** Teachers: what a better model would have said at every position of a completion. */
export { localTeacher } from "../teachers/local.ts";
export type { LocalTeacher, LocalTeacherOptions } from "../teachers/local.ts";
export { mixtureTeacher } from "../teachers/mixture.ts";
export type { MixtureMember } from "../teachers/mixture.ts";
export { remoteTeacher } from "../teachers/remote/teacher.ts";
export type { RemoteTeacher, RemoteTeacherOptions } from "../teachers/remote/teacher.ts";
export type { Detail, Teacher, TeacherScore } from "../teachers/teacher.ts";
export type { JsonClient } from "../remote/client.ts";
export type {
  ContextSource,
  MixtureSource,
  PolicySource,
  RoutedSource,
  ScoresSource,
  ServerSource,
  SingleSource,
  TeacherSource,
} from "../teachers/teacher-source.ts";
export type { RemoteError, RemoteFacts } from "../remote/remote-error.ts";
