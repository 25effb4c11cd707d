import type { FuzzInput } from '../input.ts'

/** Everything that takes what anybody sends, by name; each is loaded when it is fed. */
export const inputs: Readonly<Record<string, () => Promise<FuzzInput>>> = {
  http: async () => (await import('./http.ts')).http,
  verify: async () => (await import('./verify.ts')).verify,
  signing: async () => (await import('./signers.ts')).signing,
  'policy-text': async () => (await import('./policies.ts')).policyText,
  decide: async () => (await import('./policies.ts')).decisions,
  events: async () => (await import('./events.ts')).events,
  results: async () => (await import('./events.ts')).results,
  'zip-directory': async () => (await import('./zips.ts')).zipDirectories,
  zip: async () => (await import('./zips.ts')).zips,
  query: async () => (await import('./queries.ts')).queries,
  argv: async () => (await import('./command-line.ts')).argv,
  transcripts: async () => (await import('./command-line.ts')).transcripts,
}
