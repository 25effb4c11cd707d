import { aws4Oracle } from './aws4.ts'
import { aws4fetch } from './aws4fetch.ts'
import { startBotocore } from './botocore.ts'
import type { Oracle } from './oracle.ts'
import { smithy } from './smithy.ts'

/**
 * Starts all oracles.
 * @param botocoreEvery one case in so many is put to botocore
 * @returns those that are here
 */
export async function startOracles(botocoreEvery = 1): Promise<Oracle[]> {
  const botocore = await startBotocore(botocoreEvery)
  return [...(botocore ? [botocore] : []), smithy, aws4Oracle, aws4fetch]
}
