import type { ExplainedAction, PolicyFinding, PolicyKind, StatementRef } from '@furlong/iam'
import type { GateOutcome, Refusal, RequestRecord } from '@furlong/local'
import { createTable, plainPaint, type Paint } from '../reporter.ts'
import { describeCredentials, noteCredentials, renderPlan, renderThrottleFix, type Home } from './fix.ts'
import { nameFunction, shortenArn } from './name.ts'

/**
 * Tells whether a refusal is news: that a client went away, it knows itself.
 * @param record any record
 * @returns whether it was refused for a reason that only the local side knows
 */
export function isWorthTelling({ refusal }: RequestRecord): boolean {
  return refusal !== undefined && refusal.code !== 'ClientClosedRequest'
}

/**
 * Renders a refused request as one line: gate, request, caller, cause, faults that struck it, fix, and where more is said.
 * @param record a record with a refusal
 * @param paint paint for the output; default plain
 * @param home where furlong works when nothing is said
 * @returns the line
 */
export function renderRefusalLine(record: RequestRecord, paint: Paint = plainPaint, home?: Home): string {
  const { refusal, faults = [] } = record
  if (refusal === undefined) return `${record.status} ${record.method} ${record.url}`
  const what = nameCall(record)
  const by = record.caller === undefined ? '' : ` by ${shortenArn(record.caller.arn)}`
  const [fix] = listFixes(refusal, home)
  return [
    paint('red', `${record.status} ${refusal.gate}`),
    `${what}${by}:`,
    asSentence(refusal.cause),
    // Without it the fix would send people after a clock, a token or a function that are as they should be.
    ...(faults.length === 0 ? [] : [`Struck by fault ${faults.join(', ')} (npx furlong fault --list).`]),
    ...(fix === undefined ? [] : [`${paint('bold', 'Fix:')} ${fix}`]),
    paint('dim', `(npx furlong explain ${record.id})`),
  ].join(' ')
}

function nameCall({ operation, functionArn, kind, host, method, url }: RequestRecord): string {
  const name = functionArn === undefined ? undefined : nameFunction(functionArn)
  // A CONNECT has no path.
  if (operation === undefined) return `${name ?? host} ${method} ${url}`.trimEnd()
  const how = kind === 'event' ? 'asynchronous ' : ''
  return `${how}${operation}${name === undefined ? '' : ` of ${name}`}`
}

/**
 * Renders a request's way: the gates, and for a refusal the cause, what came nearest, and how to fix it.
 * @param record the record
 * @param paint paint for the output; default plain
 * @param home where furlong works when nothing is said
 * @returns the lines
 */
export function renderRecord(record: RequestRecord, paint: Paint = plainPaint, home?: Home): string[] {
  const { caller, refusal } = record
  const facts = [
    ...(record.functionArn === undefined ? [] : [['function', record.functionArn]]),
    ...(record.operation === undefined ? [] : [['operation', record.operation]]),
    ['caller', caller === undefined ? 'not known' : `${caller.arn} (${caller.accessKeyId})`],
    ...(record.functionRequestId === undefined ? [] : [['request id', record.functionRequestId]]),
  ]
  return [
    `${paint('bold', `Request ${record.id}`)}  ${record.method} http://${record.host}${record.url} → ${record.status} in ${formatMs(record.durationMs)}, ${record.at}`,
    '',
    ...createTable(facts, { indent: 2 }),
    '',
    ...renderGates(record.gates, paint),
    ...(refusal === undefined ? renderAllowed(record) : renderCause(refusal, paint)),
    ...renderSection('Notes', [...(refusal?.explanation?.notes ?? []), ...record.notes], paint),
    ...renderSection('Log of the function', record.logLines ?? [], paint),
    ...(refusal === undefined ? [] : renderFixes(refusal, paint, home)),
  ]
}

/**
 * Renders why a request was refused and how to fix it.
 * @param refusal the refusal
 * @param paint paint for the output; default plain
 * @param home where furlong works when nothing is said
 * @returns the lines, the first one empty
 */
export function renderRefusal(refusal: Refusal, paint: Paint = plainPaint, home?: Home): string[] {
  return [
    ...renderCause(refusal, paint),
    ...renderSection('Notes', refusal.explanation?.notes ?? [], paint),
    ...renderFixes(refusal, paint, home),
  ]
}

function renderCause({ explanation, diagnoses = [], cause, code }: Refusal, paint: Paint): string[] {
  const why = explanation?.says ?? cause
  const marks = diagnoses.map(({ proof }) =>
    paint(
      'dim',
      proof === 'signature-matches' ? '(proved: the signature matches then)' : '(by what the request shows)',
    ),
  )
  // The first diagnosis is the cause already: only how it is known is left to say.
  const isToldAlready = diagnoses[0]?.says === why
  return [
    '',
    [
      `${paint('bold', 'Why')}  ${why}`,
      paint('dim', `[${code}]`),
      ...(isToldAlready ? marks.slice(0, 1) : []),
    ].join(' '),
    ...(explanation?.actions ?? []).flatMap((action) => renderAction(action, paint)),
    ...diagnoses.flatMap(({ says }, at) => (isToldAlready && at === 0 ? [] : [`  ${says} ${marks[at]}`])),
  ]
}

function renderFixes(refusal: Refusal, paint: Paint, home: Home | undefined): string[] {
  const plan = renderPlan(refusal.explanation?.fixes ?? [], home)
  const { aws, furlong } = plan
  // Where furlong has no command of its own, its list already holds the AWS CLI's.
  const isSame = aws.length === furlong.length && aws.every((command) => furlong.includes(command))
  return [
    ...renderSection('Fix', noteCredentials(plan, listSteps(refusal, home)), paint),
    ...renderSection('The same by the AWS CLI', isSame ? [] : noteCredentials(plan, aws), paint),
  ]
}

/**
 * Lists what mends a refusal, the best first.
 * @param refusal the refusal
 * @param home where furlong works when nothing is said
 * @returns commands, or sentences where there is no command; a comment tells whose credentials a command needs
 */
export function listFixes(refusal: Refusal, home?: Home): string[] {
  const { credentials } = renderPlan(refusal.explanation?.fixes ?? [], home)
  return listSteps(refusal, home).map((step) => {
    const account = credentials[step]
    return account === undefined ? step : `${step} # ${describeCredentials(account)}`
  })
}

function listSteps(refusal: Refusal, home: Home | undefined): string[] {
  const plan = renderPlan(refusal.explanation?.fixes ?? [], home)
  // What the local side says of itself comes first: it knows more than a signature tells.
  const stated = [
    ...(refusal.throttle?.fixes ?? []).map(renderThrottleFix),
    ...(refusal.fix === undefined ? [] : [refusal.fix]),
  ]
  return [...stated, ...plan.furlong, ...plan.sentences, ...(refusal.diagnoses ?? []).map(({ fix }) => fix)]
}

function renderGates(gates: readonly GateOutcome[], paint: Paint): string[] {
  const marks = { passed: paint('green', '✓'), answered: paint('green', '✓'), refused: paint('red', '✗') }
  const width = Math.max(0, ...gates.map(({ gate }) => gate.length))
  return gates.map(({ gate, outcome, says, atMs }) =>
    [`  ${marks[outcome]} ${gate.padEnd(width)}`, paint('dim', formatMs(atMs).padStart(9)), says ?? '']
      .join('  ')
      .trimEnd(),
  )
}

function renderAllowed(record: RequestRecord): string[] {
  return (record.allowedBy ?? []).map((by) => `  allowed by ${by}`)
}

function renderAction(action: ExplainedAction, paint: Paint): string[] {
  if (action.allowed) {
    const by = action.by.length === 0 ? '' : ` by ${action.by.map(describe).join(', ')}`
    const unless = (action.unless ?? []).map((type) => kindNames[type]).join(' or ')
    const open = unless === '' ? '' : `, unless a ${unless} that could not be read denies it`
    return [`  ${paint('green', '✓')} ${action.action}: allowed${by}${open}`]
  }
  const [mark, outcome] = outcomes[action.kind]
  const by = action.by.length === 0 ? '' : ` by ${action.by.map(describe).join(', ')}`
  return [
    `  ${paint('red', mark)} ${action.action}: ${outcome}${by} (${renderFindings(action.policies)})`,
    ...action.nearest.map(
      ({ statement, element, wanted, got }) =>
        `      nearest: ${describe(statement)}: ${element} wants ${wanted}, the request has ${got}`,
    ),
    ...(action.denying ?? []).map(
      ({ statement, element, wanted, got }) =>
        `      denying: ${describe(statement)}: ${element} is ${wanted}, the request has ${got}`,
    ),
  ]
}

function renderFindings(findings: readonly PolicyFinding[]): string {
  // Boundaries, session policies and SCPs are rare: that there is none needs no words.
  const known = findings
    .filter(({ type, verdict }) => verdict !== 'absent' || type === 'resource' || type === 'identity')
    .flatMap(({ type, verdict }) => (verdict === 'unknown' ? [] : [verdictTexts[verdict](kindNames[type])]))
  const unknown = findings.filter(({ verdict }) => verdict === 'unknown').map(({ type }) => kindNames[type])
  const open = unknown.length === 0 ? [] : [`not known: ${unknown.join(', ')}`]
  return [...(known.length === 0 ? [] : [known.join(', ')]), ...open].join('; ')
}

type RefusedAction = ExplainedAction & { readonly allowed: false }

const outcomes: Readonly<Record<RefusedAction['kind'], readonly [mark: string, outcome: string]>> = {
  'explicit-deny': ['✗', 'denied'],
  'implicit-deny': ['✗', 'not allowed'],
  unknown: ['?', 'left open by what could not be read'],
}

const kindNames: Readonly<Record<PolicyKind, string>> = {
  identity: 'identity policy',
  resource: 'resource policy',
  trust: 'trust policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  scp: 'service control policy',
}

type KnownVerdict = Exclude<PolicyFinding['verdict'], 'unknown'>

const verdictTexts: Readonly<Record<KnownVerdict, (kind: string) => string>> = {
  allows: (kind) => `${kind} allows`,
  delegates: (kind) => `${kind} leaves it to the account`,
  denies: (kind) => `${kind} denies`,
  silent: (kind) => `${kind} silent`,
  absent: (kind) => `no ${kind}`,
}

function describe({ policy, sid = '', index }: StatementRef): string {
  const kind = namedByKind.has(policy.type) ? `${kindNames[policy.type]} ` : ''
  return `${sid === '' ? `statement ${index + 1}` : `'${sid}'`} of ${kind}${policy.name}`
}

/** The names of other policies say themselves what they are. */
const namedByKind: ReadonlySet<PolicyKind> = new Set(['identity', 'boundary', 'scp'])

function renderSection(title: string, lines: readonly string[], paint: Paint): string[] {
  if (lines.length === 0) return []
  return ['', paint('bold', title), ...lines.map((line) => `  ${line}`)]
}

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function formatMs(ms: number): string {
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`
}
