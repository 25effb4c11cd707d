export { Admission, unreservedConcurrency } from './admission.ts'
export { defaultAccountConcurrency, minimumUnreservedOf } from './concurrency-limits.ts'
export { type Barred, fixOfFailure, Invoker } from './invoker.ts'
