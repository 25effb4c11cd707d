import {
  createUrlIdentityPolicy,
  type Explanation,
  parseFunctionArn,
  type PolicyOrigin,
  type StatementRef,
} from '@furlong/iam'
import { quoteShellWord } from '../command-line.ts'
import { nameRef } from '../statements.ts'
import type { Patient } from './find-patient.ts'
import type { ReadCaller } from './read-caller.ts'
import type { PolicySource } from './read-identity.ts'

/** A step that furlong shows and never does by itself, since it takes back what somebody decided. */
export interface StepByHand {
  /** What the command does, or what is to be done where there is none; without a full stop. */
  readonly says: string
  /** Of the AWS CLI, ready for a POSIX shell. */
  readonly command?: string
}

/**
 * Writes the commands that take back what was decided against a call: a Deny, a permissions boundary, a function switched off.
 * @param patient the function
 * @param caller the caller with its policies
 * @param explanation what they decide
 * @returns the steps, in order
 */
export function planByHand(patient: Patient, caller: ReadCaller, explanation: Explanation): StepByHand[] {
  return [...planPolicies(patient, caller, explanation), ...planConcurrency(patient)]
}

/** What changes in one policy. */
interface Edit {
  readonly denies: StatementRef[]
  /** Statements that are missing in a boundary. */
  readonly adds: object[]
}

function planPolicies(patient: Patient, caller: ReadCaller, explanation: Explanation): StepByHand[] {
  const edits = new Map<PolicyOrigin, Edit>()
  const editOf = (origin: PolicyOrigin): Edit => {
    const edit = edits.get(origin) ?? { denies: [], adds: [] }
    edits.set(origin, edit)
    return edit
  }
  for (const fix of explanation.fixes) {
    if (fix.kind === 'remove-deny') editOf(fix.statement.policy).denies.push(fix.statement)
  }
  const boundary = caller.policies.boundary?.origin
  const capped = explanation.actions.flatMap((action) =>
    !action.allowed &&
    action.policies.some(({ type, verdict }) => type === 'boundary' && verdict === 'silent')
      ? action.action
      : [],
  )
  if (boundary !== undefined && capped.length > 0) {
    const { Statement } = createUrlIdentityPolicy(patient.found.functionArn)
    editOf(boundary).adds.push(...Statement.filter(({ Action }) => capped.includes(Action)))
  }
  return [...edits].map(([origin, edit]) => {
    const source = caller.sources.get(origin)
    const command =
      source === undefined
        ? removeFromFunction(patient, origin, edit)
        : origin.type === 'boundary'
          ? changeManaged(source, edit)
          : changeIdentityPolicy(source, edit)
    const words = command?.map(quoteShellWord).join(' ')
    return { says: describe(origin, edit, source), ...(words === undefined ? {} : { command: words }) }
  })
}

function describe(origin: PolicyOrigin, { denies, adds }: Edit, source: PolicySource | undefined): string {
  const names = denies.map(({ sid, index }) => sid ?? `number ${index + 1}`).join(' and ')
  const owner = source === undefined ? '' : ` of ${source.owner.kind} ${source.owner.name}`
  const policy = `${origin.type === 'boundary' ? 'the permissions boundary ' : ''}${origin.name}${owner}`
  return [
    ...(denies.length === 0 ? [] : [`remove or narrow the Deny statement ${names} of ${policy}`]),
    ...(adds.length === 0 ? [] : [`let ${policy} allow the call`]),
  ].join(', and ')
}

/** `AddPermission` makes no Deny, but a function's policy may have one. */
function removeFromFunction(
  { found }: Patient,
  origin: PolicyOrigin,
  { denies }: Edit,
): string[] | undefined {
  const [{ sid } = {}, ...others] = denies
  if (origin.type !== 'resource' || sid === undefined || others.length > 0) return undefined
  const { functionName, qualifier } = found.ref
  const alias = qualifier === undefined ? [] : ['--qualifier', qualifier]
  const named = ['--function-name', functionName, ...alias, '--statement-id', sid]
  return ['aws', 'lambda', 'remove-permission', ...named, '--region', readRegion(found)]
}

function changeIdentityPolicy(source: PolicySource, edit: Edit): string[] | undefined {
  const { owner, name } = source
  const named = [`--${owner.kind}-name`, owner.name]
  const document = changeDocument(source.document, edit)
  if (name.startsWith('arn:')) {
    // A policy of AWS cannot be changed, and one without statements does not exist.
    return document === undefined || name.includes(':iam::aws:')
      ? ['aws', 'iam', `detach-${owner.kind}-policy`, ...named, '--policy-arn', name]
      : changeManaged(source, edit)
  }
  const policy = ['--policy-name', name]
  return document === undefined
    ? ['aws', 'iam', `delete-${owner.kind}-policy`, ...named, ...policy]
    : ['aws', 'iam', `put-${owner.kind}-policy`, ...named, ...policy, '--policy-document', document]
}

function changeManaged({ name, document }: PolicySource, edit: Edit): string[] | undefined {
  const changed = changeDocument(document, edit)
  if (changed === undefined || name.includes(':iam::aws:')) return undefined
  const version = ['--policy-document', changed, '--set-as-default']
  return ['aws', 'iam', 'create-policy-version', '--policy-arn', name, ...version]
}

/** @returns undefined when no statement is left */
function changeDocument(document: string, { denies, adds }: Edit): string | undefined {
  const policy = JSON.parse(document) as { readonly Statement: unknown }
  const removed = new Set(denies.map(({ index }) => index))
  const kept = [policy.Statement].flat().filter((_, index) => !removed.has(index))
  const Statement = [...kept, ...adds]
  return Statement.length === 0 ? undefined : JSON.stringify({ ...policy, Statement })
}

function planConcurrency({ found, reservedConcurrency }: Patient): StepByHand[] {
  if (reservedConcurrency !== 0) return []
  const { functionName } = found.ref
  return [
    {
      says: `switch ${nameRef({ functionName })} on again, which a reserved concurrency of 0 has switched off`,
      command: `aws lambda delete-function-concurrency --function-name ${functionName} --region ${readRegion(found)}`,
    },
  ]
}

const readRegion = ({ functionArn }: Patient['found']): string => parseFunctionArn(functionArn)?.region ?? ''
