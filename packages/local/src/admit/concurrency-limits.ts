/** The numbers that admission counts against. */

/** Simultaneous executions of an account in a region: Lambda's default. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const defaultAccountConcurrency = 1000

/** What must stay unreserved in an account. @see https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html */
const minimumUnreserved = 100

/** Requests a second that each execution environment may serve. @see https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-throttling */
export const requestsPerSecondPerUnit = 10

/**
 * Tells how much of an account's concurrency no function may reserve.
 *
 * Accounts below the default report a smaller minimum: one of 10 has it at 10, so that nothing can be reserved there.
 *
 * @param accountConcurrency simultaneous executions of the account
 * @returns simultaneous executions
 * @see https://github.com/awslabs/fhir-works-on-aws-deployment/issues/691 for `[10]`
 */
export function minimumUnreservedOf(accountConcurrency: number): number {
  return Math.min(minimumUnreserved, accountConcurrency)
}
