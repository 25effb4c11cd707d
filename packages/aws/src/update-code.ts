import type { Bundle } from './bundle/bundle.ts'
import { withAwsErrors } from './errors.ts'
import type { Clients } from './target.ts'

/**
 * Replaces the code of a function and nothing else, in one call: what a deployment looks at beside it has not changed
 * since the last one.
 * @param clients of the account
 * @param functionName the function
 * @param bundle its code
 * @throws {AwsError} when the account refuses
 */
export async function updateCode(clients: Clients, functionName: string, bundle: Bundle): Promise<void> {
  await withAwsErrors(async () => {
    const lambda = await clients.lambda()
    await lambda.updateFunctionCode({ FunctionName: functionName, ZipFile: bundle.zip })
  })
}
