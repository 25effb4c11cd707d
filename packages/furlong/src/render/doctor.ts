import type { Examination, Finding } from '@furlong/aws'
import { plainPaint, type Paint } from '../reporter.ts'
import { renderPlan } from './fix.ts'

const marks: Readonly<
  Record<Finding['verdict'], readonly [mark: string, style: 'green' | 'yellow' | 'red']>
> = {
  fine: ['✓', 'green'],
  warning: ['!', 'yellow'],
  open: ['?', 'yellow'],
  wrong: ['✗', 'red'],
}

/**
 * Renders what furlong doctor found: each thing that was looked at, and the commands that mend what is wrong.
 * @param examination what was found
 * @param paint paint for the output; default plain
 * @returns the lines
 */
export function renderExamination(examination: Examination, paint: Paint = plainPaint): string[] {
  const { functionArn, caller, findings, fixes } = examination
  const width = Math.max(...findings.map(({ part }) => part.length))
  const plan = renderPlan(fixes)
  const tries = findings.filter(({ verdict }) => verdict !== 'fine').flatMap(({ tryThis }) => tryThis ?? [])
  const steps = [...new Set([...plan.furlong, ...plan.sentences, ...tries])]
  const isSame = plan.aws.every((command) => steps.includes(command))
  return [
    `${paint('bold', functionArn)}, called by ${caller}`,
    ...findings.map(({ part, verdict, says }) => {
      const [mark, style] = marks[verdict]
      return `  ${paint(style, mark)} ${part.padEnd(width)}  ${says}`
    }),
    ...section('Fix', steps, paint),
    ...section('The same by the AWS CLI', isSame ? [] : plan.aws, paint),
  ]
}

function section(title: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines.map((line) => `  ${line}`)]
}
