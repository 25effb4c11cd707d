/** The functions of the walk. */
export const calleeName = 'my-function-with-url'
export const callerName = 'my-calling-function'

/** A file of the demo. */
export const fileOf = (path: string): string => new URL(`../${path}`, import.meta.url).pathname
