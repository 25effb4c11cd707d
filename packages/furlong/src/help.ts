import { commonOptions, targetOptions, type Command, type Option } from './command.ts'
import { commandTable } from './command-table.ts'
import { createTable, type Paint } from './reporter.ts'

/**
 * Renders the overview of all commands.
 * @param paint paint for stdout
 * @returns the lines
 */
export function renderOverview(paint: Paint): string[] {
  const rows = Object.entries(commandTable)
  const groups = [...new Set(rows.map(([, { group }]) => group))]
  const width = Math.max(...rows.map(([name]) => name.length))
  return [
    'furlong: the whole distance to an IAM-protected AWS Lambda function URL.',
    '',
    `${paint('bold', 'Usage')}  furlong <command> [options]`,
    ...groups.flatMap((group) => [
      '',
      paint('bold', group),
      ...rows
        .filter(([, row]) => row.group === group)
        .map(([name, { summary }]) => `  ${paint('cyan', name.padEnd(width))}  ${summary}`),
    ]),
    '',
    'Commands work on the running local side; on AWS only with --aws or --profile.',
    'furlong <command> --help shows options and examples; furlong --version the version.',
  ]
}

/**
 * Renders the help of one command.
 * @param command the command
 * @param paint paint for stdout
 * @returns the lines
 */
export function renderHelp(command: Command, paint: Paint): string[] {
  const own = Object.entries(command.options).filter(([name, option]) => targetOptions[name] !== option)
  const always = Object.entries(commonOptions).filter(([name]) => !Object.hasOwn(command.options, name))
  const target = Object.entries(command.options).filter(([name, option]) => targetOptions[name] === option)
  return [
    `furlong ${command.name}: ${command.summary}`,
    '',
    `${paint('bold', 'Usage')}  furlong ${command.usage}`,
    ...(command.description === undefined ? [] : ['', ...command.description]),
    ...renderOptions('Options', own, paint),
    ...renderOptions('Target', target, paint),
    ...renderOptions('Always', always, paint),
    '',
    paint('bold', 'Examples'),
    ...command.examples.flatMap(([example, says]) => [`  ${paint('dim', `# ${says}`)}`, `  ${example}`]),
  ]
}

/** `[=<port>]` may be left out, and stands next to its option. */
function renderValue(value = ''): string {
  return value === '' || value.startsWith('[') ? value : ` ${value}`
}

function renderOptions(
  title: string,
  options: readonly (readonly [string, Option])[],
  paint: Paint,
): string[] {
  if (options.length === 0) return []
  const rows = options.map(([name, { short, value, says }]) => [
    `${short === undefined ? '    ' : `-${short}, `}--${name}${renderValue(value)}`,
    says,
  ])
  return ['', paint('bold', title), ...createTable(rows, { indent: 2 })]
}
