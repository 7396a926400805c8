// Composes the four systems' OpenAPI descriptions into one supergraph.
// Environment: CONTRACTS (a folder), CRM_URL, ERP_URL, BILLING_URL, HELPDESK_URL, PACKAGES.

import { createRequire } from "node:module";

const require = createRequire(`${process.env.PACKAGES}/package.json`);
const { defineConfig } = require("@graphql-mesh/compose-cli");
const { loadOpenAPISubgraph } = require("@omnigraph/openapi");

export const composeConfig = defineConfig({
  subgraphs: ["crm", "erp", "billing", "helpdesk"].map((name) => ({
    sourceHandler: loadOpenAPISubgraph(name, {
      source: `${process.env.CONTRACTS}/${name}.openapi.yaml`,
      endpoint: process.env[`${name.toUpperCase()}_URL`],
      ignoreErrorResponses: true,
    }),
  })),
});
