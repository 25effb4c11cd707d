import type { Examination, Finding, StepByHand } from '@furlong/aws'
import { plainPaint, type Paint } from '../reporter.ts'
import { noteCredentials, renderPlan } from './fix.ts'
import { nameFunction } from './name.ts'

const marks: Readonly<
  Record<Finding['verdict'], readonly [mark: string, style: 'green' | 'yellow' | 'red']>
> = {
  fine: ['✓', 'green'],
  warning: ['!', 'yellow'],
  open: ['?', 'yellow'],
  wrong: ['✗', 'red'],
}

/** What is known beside what was found. */
interface Rendering {
  /** Paint for the output; default plain. */
  readonly paint?: Paint
  /** The option that named the caller's account, such as `--caller-account 444455556666`; absent within one account. */
  readonly callerSide?: string
}

/**
 * Renders what furlong doctor found: each thing that was looked at, and the commands that mend what is wrong. What is no command
 * is a comment, so that the lines of each section can be given to a shell as they are.
 * @param examination what was found
 * @param rendering how it is shown
 * @returns the lines
 */
export function renderExamination(examination: Examination, rendering: Rendering = {}): string[] {
  const { functionArn, url = '', caller, findings, byHand } = examination
  const { paint = plainPaint } = rendering
  const width = Math.max(...findings.map(({ part }) => part.length))
  const { furlong, aws } = listCommands(examination, rendering.callerSide)
  const tries = findings.filter(({ verdict }) => verdict !== 'fine').flatMap(({ tryThis }) => tryThis ?? [])
  const steps = [...new Set([...furlong, ...tries.map(writeStep)])]
  const isSame = aws.every((command) => steps.includes(command))
  return [
    `${paint('bold', functionArn ?? url)}, ${caller === undefined ? 'from outside' : `called by ${caller}`}`,
    ...findings.map(({ part, verdict, says }) => {
      const [mark, style] = marks[verdict]
      return `  ${paint(style, mark)} ${part.padEnd(width)}  ${says}`
    }),
    ...section('Fix', steps, paint),
    ...section('The same by the AWS CLI', isSame ? [] : aws, paint),
    ...section('Left to you, since somebody decided it', byHand.flatMap(writeByHand), paint),
  ]
}

interface Commands {
  readonly furlong: readonly string[]
  readonly aws: readonly string[]
}

/**
 * Lists the commands that do what is found to be missing.
 * @param examination what was found
 * @param callerSide the option that named the caller's account
 * @returns commands of furlong, and of the AWS CLI; comments tell whose credentials a command needs
 */
function listCommands({ functionArn, fixes }: Examination, callerSide: string | undefined): Commands {
  const plan = renderPlan(fixes)
  const aws = noteCredentials(plan, plan.aws)
  const across = fixes.find((fix) => 'callerAccount' in fix && fix.callerAccount !== undefined)
  const isAcross = callerSide !== undefined && functionArn !== undefined
  if (!isAcross || across === undefined || !('principalArn' in across)) {
    return { furlong: noteCredentials(plan, plan.furlong), aws }
  }
  // One grant does both sides; what has to go from the function's policy first still does.
  const removals = renderPlan(fixes.filter(({ kind }) => kind === 'remove-permission')).furlong
  const grant = `npx furlong grant ${nameFunction(functionArn)} --to ${across.principalArn} ${callerSide}`
  return { furlong: [...removals, grant], aws }
}

const isCommand = (text: string): boolean => /^(?:npx|aws|export|eval) /.test(text)

const writeStep = (text: string): string => (isCommand(text) ? text : `# ${text}`)

const writeByHand = ({ says, command }: StepByHand): string[] =>
  command === undefined ? [`# ${says}`] : [`# ${says}:`, command]

function section(title: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines.map((line) => `  ${line}`)]
}
