/** The operations of each service as the AWS SDK knows them. */
import * as iam from '@aws-sdk/client-iam'
import * as lambda from '@aws-sdk/client-lambda'
import * as sts from '@aws-sdk/client-sts'

import type { ControlService } from '../control/services.ts'

function namesOf(client: object): readonly string[] {
  return Object.keys(client).flatMap((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1] ?? [])
}

/** Names by service. */
export const sdkOperations: Readonly<Record<ControlService, readonly string[]>> = {
  lambda: namesOf(lambda),
  iam: namesOf(iam),
  sts: namesOf(sts),
}
