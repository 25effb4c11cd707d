import { accountSettingsOperation } from './account-settings.ts'
import { aliasOperations } from './aliases.ts'
import { concurrencyOperations } from './concurrency.ts'
import { createFunctionOperation } from './create-function.ts'
import { functionOperations } from './functions.ts'
import { invokeOperation } from './invoke.ts'
import { invokeWithResponseStreamOperation } from './invoke-stream.ts'
import type { LambdaOperation } from './operation.ts'
import { permissionOperations } from './permissions.ts'
import { tagOperations } from './tags.ts'
import { updateFunctionOperations } from './update-function.ts'
import { urlConfigOperations } from './url-configs.ts'
import { versionOperations } from './versions.ts'

/** Every operation of Lambda that is served. */
export const lambdaOperations: readonly LambdaOperation[] = [
  createFunctionOperation,
  ...functionOperations,
  ...updateFunctionOperations,
  ...versionOperations,
  ...aliasOperations,
  invokeOperation,
  invokeWithResponseStreamOperation,
  ...concurrencyOperations,
  ...urlConfigOperations,
  ...permissionOperations,
  ...tagOperations,
  accountSettingsOperation,
]
