import { maxUnzippedBytes, maxZippedBytes } from '../../store/code-error.ts'
import type { LambdaOperation } from './operation.ts'
import { defineOperation } from './operation.ts'

/** Lambda's default quotas; they are reported, the machine sets the real ones. */
const totalCodeSize = 80_530_636_800
const concurrentExecutions = 1000

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
    const functions = services.store.functions.list(request.accountId, request.region)
    return {
      json: {
        AccountLimit: {
          TotalCodeSize: totalCodeSize,
          CodeSizeUnzipped: maxUnzippedBytes,
          CodeSizeZipped: maxZippedBytes,
          ConcurrentExecutions: concurrentExecutions,
          UnreservedConcurrentExecutions: concurrentExecutions,
        },
        AccountUsage: {
          TotalCodeSize: functions.reduce((sum, { codeSize }) => sum + codeSize, 0),
          FunctionCount: functions.length,
        },
      },
    }
  },
})
