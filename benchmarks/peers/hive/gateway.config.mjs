// Environment: CACHED ("1": whole answers are remembered for an hour).

export const gatewayConfig = {
  graphiql: false,
  landingPage: false,
  logging: "error",
  ...(process.env.CACHED === "1" && {
    responseCaching: { session: () => null, ttl: 3_600_000, includeExtensionMetadata: false },
  }),
};
