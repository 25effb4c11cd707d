import { unreservedConcurrency } from '../../admit/index.ts'
import { maxUnzippedBytes, maxZippedBytes } from '../../store/code-error.ts'
import type { LambdaOperation } from './operation.ts'
import { defineOperation } from './operation.ts'

/** Lambda's default quota, in bytes; it is reported, the machine's disk sets the real one. */
const totalCodeSize = 80_530_636_800

/** GetAccountSettings. */
export const accountSettingsOperation: LambdaOperation = defineOperation({
  name: 'GetAccountSettings',
  method: 'GET',
  path: '/2016-08-19/account-settings',
  status: 200,
  action: 'lambda:GetAccountSettings',
  resource: '*',
  members: {},
  handle: ({ request, services }) => {
    const { store, accountConcurrency } = services
    const functions = store.functions.list(request.accountId, request.region)
    // Every version counts, whether or not it shares its code with another.
    const versions = functions.flatMap((latest) => [latest, ...store.versions.list(latest.arn)])
    return {
      json: {
        AccountLimit: {
          TotalCodeSize: totalCodeSize,
          CodeSizeUnzipped: maxUnzippedBytes,
          CodeSizeZipped: maxZippedBytes,
          ConcurrentExecutions: accountConcurrency,
          UnreservedConcurrentExecutions: unreservedConcurrency(
            accountConcurrency,
            store.reservedConcurrency(),
            request,
          ),
        },
        AccountUsage: {
          TotalCodeSize: versions.reduce((sum, { codeSize }) => sum + codeSize, 0),
          FunctionCount: functions.length,
        },
      },
    }
  },
})
