// Environment: CACHED ("1": whole answers are remembered for an hour).

export const gatewayConfig = {
  graphiql: false,
  landingPage: false,
  logging: "error",
  ...(process.env.CACHED === "1" && {
    // Without names of keys: else each row takes a place of the cache, and 64 customers do not fit.
    responseCaching: {
      session: () => null, ttl: 3_600_000, idFields: [], includeExtensionMetadata: false,
    },
  }),
};
