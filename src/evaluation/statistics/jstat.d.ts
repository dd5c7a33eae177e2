/** The part of jStat that is used; the package has no types of its own. */
declare module "jstat" {
  interface Distributions {
    median(values: readonly number[]): number;
    readonly studentt: {
      cdf(t: number, degreesOfFreedom: number): number;
      inv(probability: number, degreesOfFreedom: number): number;
    };
  }
  const jstat: { readonly jStat: Distributions };
  export default jstat;
}
