/** The part of jstat (which has no types of its own) that src/report uses. */
declare module "jstat" {
  const jstat: {
    readonly jStat: {
      readonly studentt: {
        /** The value below which Student's t with so many degrees of freedom lies with this probability. */
        inv(probability: number, degreesOfFreedom: number): number;
        cdf(value: number, degreesOfFreedom: number): number;
      };
    };
  };
  export default jstat;
}
