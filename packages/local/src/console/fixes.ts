import { createUrlPermissions, type Fix, parseArn, parseFunctionArn } from '@furlong/iam'
import type { RequestRecord } from '../record/record.ts'
import { type ApiCall, callInOrder } from './api-calls.ts'
import type { Fixes, Step, ThrottleStep } from './contract.ts'
import type { FunctionUrlRow } from '../store/function-urls.ts'
import { anyAccount } from './parties.ts'
import { ConsoleError, type ConsoleParts, homeOf } from './parts.ts'

type AnyFix = Fix | ThrottleStep

/** @returns what mends a refused request, as data; none for a refusal that no change of the side mends */
export function listFixes({ refusal }: RequestRecord): readonly AnyFix[] {
  return refusal?.explanation?.fixes ?? refusal?.throttle?.fixes ?? []
}

/** Both statements that let somebody in on the function's side, as steps. */
export function createGrant(
  url: FunctionUrlRow,
  principal: string,
): (Fix & { readonly kind: 'add-permission' })[] {
  const named = principal === anyAccount ? '*' : principal
  return createUrlPermissions(named, url.authType).map((permission) => ({
    kind: 'add-permission',
    functionArn: qualify(url),
    ...permission,
  }))
}

/** The function that a URL calls, with its alias. */
export const qualify = ({ functionArn, qualifier }: FunctionUrlRow): string =>
  qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`

/** Describes fixes as commands, and whether the console can do them. */
export function planFixes(parts: ConsoleParts, steps: readonly AnyFix[]): Fixes {
  const fixes = steps.filter((fix): fix is Fix => !isThrottleStep(fix))
  const throttle = steps.filter(isThrottleStep).map((fix) => parts.page.renderThrottleFix(fix))
  const { furlong, aws, credentials, sentences } = parts.page.renderPlan(fixes, homeOf(parts))
  const says = steps.map((fix) => refuseFix(parts, fix)).find((sentence) => sentence !== undefined)
  return {
    steps,
    furlong: [...furlong, ...throttle],
    aws: [...aws, ...throttle],
    credentials,
    sentences,
    canApply: steps.length > 0 && says === undefined,
    ...(says === undefined ? {} : { says }),
  }
}

/**
 * Does the fixes of a refused request.
 *
 * @throws {ConsoleError} 409 when there are none, or none that can be done here
 */
export async function applyFixes(parts: ConsoleParts, record: RequestRecord): Promise<Step[]> {
  const steps = listFixes(record)
  if (steps.length === 0) throw new ConsoleError(409, 'Nothing that could be done here mends this request.')
  return applySteps(parts, steps)
}

/** Does fixes, one after the other. */
export function applySteps(parts: ConsoleParts, steps: readonly AnyFix[]): Promise<Step[]> {
  const refused = steps.map((fix) => refuseFix(parts, fix)).find((sentence) => sentence !== undefined)
  if (refused !== undefined) throw new ConsoleError(409, refused)
  // A throttled request is mended by any one of its fixes.
  const chosen = steps.some(isThrottleStep) ? steps.slice(0, 1) : steps
  return callInOrder(
    parts,
    chosen.map((fix) => createCall(parts, fix)),
  )
}

function refuseFix({ side }: ConsoleParts, fix: AnyFix): string | undefined {
  if (fix.kind === 'remove-deny') {
    const { sid, index, policy } = fix.statement
    return `The Deny statement ${sid ?? `number ${index + 1}`} of ${policy.name} has to be taken away by whoever put it there.`
  }
  const accountId = ownerOf(fix)
  return side.accounts.some((account) => account.accountId === accountId)
    ? undefined
    : `Account ${accountId} is not one of this side, so nobody here can do it.`
}

function isThrottleStep(fix: AnyFix): fix is ThrottleStep {
  return fix.kind === 'put-function-concurrency' || fix.kind === 'delete-function-concurrency'
}

function ownerOf(fix: Exclude<AnyFix, { kind: 'remove-deny' }>): string {
  if ('principalArn' in fix) return parseArn(fix.principalArn)?.accountId ?? ''
  return parseFunctionArn(fix.functionArn)?.accountId ?? ''
}

type Creators = {
  readonly [Kind in AnyFix['kind']]: (
    fix: AnyFix & { readonly kind: Kind },
  ) => Pick<ApiCall, 'operation' | 'subject' | 'method' | 'path' | 'contentType' | 'body' | 'keptCode'>
}

const json = 'application/json'

const creators: Creators = {
  'add-permission': ({ functionArn, ...fix }) => ({
    operation: 'lambda:AddPermission',
    subject: fix.statementId,
    method: 'POST',
    path: policyPath(functionArn),
    contentType: json,
    body: JSON.stringify({
      StatementId: fix.statementId,
      Action: fix.action,
      Principal: fix.principal,
      ...(fix.sourceArn === undefined ? {} : { SourceArn: fix.sourceArn }),
      ...(fix.functionUrlAuthType === undefined ? {} : { FunctionUrlAuthType: fix.functionUrlAuthType }),
      ...(fix.invokedViaFunctionUrl === true ? { InvokedViaFunctionUrl: true } : {}),
    }),
    keptCode: 'ResourceConflictException',
  }),
  'remove-permission': ({ functionArn, statementId }) => ({
    operation: 'lambda:RemovePermission',
    subject: statementId,
    method: 'DELETE',
    path: policyPath(functionArn, statementId),
    keptCode: 'ResourceNotFoundException',
  }),
  'put-user-policy': (fix) => createPolicyCall(fix, 'User'),
  'put-role-policy': (fix) => createPolicyCall(fix, 'Role'),
  // Is refused before a call is made of it.
  'remove-deny': () => {
    throw new TypeError('A Deny has no call that takes it away.')
  },
  'put-function-concurrency': ({ functionArn, reservedConcurrentExecutions }) => ({
    operation: 'lambda:PutFunctionConcurrency',
    subject: `${reservedConcurrentExecutions} reserved`,
    method: 'PUT',
    path: `/2017-10-31/functions/${encodeURIComponent(functionArn)}/concurrency`,
    contentType: json,
    body: JSON.stringify({ ReservedConcurrentExecutions: reservedConcurrentExecutions }),
  }),
  'delete-function-concurrency': ({ functionArn }) => ({
    operation: 'lambda:DeleteFunctionConcurrency',
    subject: 'nothing reserved',
    method: 'DELETE',
    path: `/2017-10-31/functions/${encodeURIComponent(functionArn)}/concurrency`,
  }),
}

function createCall({ side }: ConsoleParts, fix: AnyFix): ApiCall {
  const create = creators[fix.kind] as (fix: AnyFix) => ReturnType<Creators[AnyFix['kind']]>
  const region = 'functionArn' in fix ? parseFunctionArn(fix.functionArn)?.region : undefined
  return {
    ...create(fix),
    accountId: fix.kind === 'remove-deny' ? '' : ownerOf(fix),
    region: region ?? side.region,
  }
}

/** A qualifier stands in the query: statements belong to an alias's own policy. */
function policyPath(functionArn: string, statementId?: string): string {
  const { unqualifiedArn = functionArn, qualifier } = parseFunctionArn(functionArn) ?? {}
  const path = `/2015-03-31/functions/${encodeURIComponent(unqualifiedArn)}/policy`
  const query = qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(qualifier)}`
  return `${path}${statementId === undefined ? '' : `/${encodeURIComponent(statementId)}`}${query}`
}

function createPolicyCall(
  fix: Fix & { readonly kind: 'put-role-policy' | 'put-user-policy' },
  kind: 'User' | 'Role',
): ReturnType<Creators[AnyFix['kind']]> {
  return {
    operation: `iam:Put${kind}Policy`,
    subject: fix.policyName,
    method: 'POST',
    path: '/',
    contentType: 'application/x-www-form-urlencoded; charset=utf-8',
    body: new URLSearchParams({
      Action: `Put${kind}Policy`,
      Version: '2010-05-08',
      [`${kind}Name`]: fix.principalArn.split('/').at(-1) ?? '',
      PolicyName: fix.policyName,
      PolicyDocument: fix.document,
    }).toString(),
  }
}
