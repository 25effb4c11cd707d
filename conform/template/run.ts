/** `npm run conform -- template`: what furlong template writes, against the CDK and CloudFormation's own schemas. */
import { type Outcome, say, sayTable } from '../report.ts'
import { installCdk } from './cdk.ts'
import { checkCases, checkCompiler } from './check.ts'

/** Prints a row for each set-up, and what was found wrong. */
export async function run(): Promise<Outcome> {
  const missing = await installCdk()
  if (missing !== '') {
    say(`not run: ${missing}`)
    return { rows: [], ok: false }
  }
  const results = await checkCases()
  const mark = (wrong: readonly string[]): string => (wrong.length === 0 ? 'yes' : 'NO')
  sayTable([
    ['set-up', 'resources', 'the CDK synthesises the same', 'compiles', "holds to CloudFormation's schemas"],
    ...results.map(({ name, resources, differences, compiler, schema }) => [
      name,
      String(resources),
      mark(differences),
      mark(compiler),
      mark(schema),
    ]),
  ])
  const found = results.flatMap(({ name, differences, compiler, schema }) =>
    [...differences, ...compiler, ...schema].map((text) => `${name}: ${text}`),
  )
  const wrong = [...found, ...checkCompiler()]
  for (const text of wrong) say(text)
  return {
    rows: [
      { row: 'set-ups', value: results.length, unit: 'count' },
      { row: 'findings', value: wrong.length, unit: 'count' },
    ],
    ok: wrong.length === 0,
  }
}
