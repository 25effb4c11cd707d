/** The steps of a request, in AWS's order of checks. */
export const gates = [
  'route',
  'preflight',
  'authenticate',
  'authorize',
  'admit',
  'invoke',
  'respond',
] as const

/** One of them. */
export type Gate = (typeof gates)[number]
