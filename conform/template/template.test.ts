import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { writeYaml } from '@furlong/aws'
import { describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { compare, find, misspellMember, validateBoth, written } from './check.ts'
import { installCdk, validate } from './cdk.ts'

vi.setConfig({ testTimeout: 180_000 })

const missing = await installCdk()
const notRun = missing === '' ? '' : ` (not run: ${missing})`

// Two of the set-ups; `npm run conform -- template` takes all of them, and compiles them.
describe.skipIf(missing)(`furlong template, and the CDK${notRun}`, () => {
  it.each(['open to everybody', 'a role, a user, an account'].map(find))(
    '$name: the construct synthesises to the template, which holds to the schemas of CloudFormation',
    async ({ template, construct }) => {
      expect(await compare({ template, construct })).toEqual([])
      expect(await validateBoth(template)).toEqual([])
    },
  )

  it('would see a condition that is missing', async () => {
    const { template, construct } = find('open to everybody')
    const wrong = construct.replace(/ +invokedViaFunctionUrl: true,\n/, '')
    expect(await compare({ template, construct: wrong })).toEqual([
      expect.stringMatching(/^in the template alone: .*"InvokedViaFunctionUrl":true/) as string,
      expect.stringMatching(/^in the CDK alone: /) as string,
    ])
  })

  it('would see a member that CloudFormation does not have', () => {
    expect(validate('wrong.json', misspellMember()).join('\n')).toContain('MemorySizes')
  })
})

it.each(written)('$name: YAML says what JSON says', async ({ template }) => {
  expect(parse(await writeYaml(template, ['a comment']))).toEqual(template)
})

function findMissingLint(): string {
  try {
    execFileSync('cfn-lint', ['--version'], { stdio: 'ignore' })
    return ''
  } catch {
    return ' (not run: cfn-lint is missing)'
  }
}
const missingLint = findMissingLint()

it.skipIf(missingLint)(`furlong template passes cfn-lint${missingLint}`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-lint-'))
  try {
    const files = await Promise.all(
      written.map(async ({ template }, index) => {
        const file = join(folder, `${index}.yaml`)
        await writeFile(file, await writeYaml(template, []))
        return file
      }),
    )
    const said = await promisify(execFile)('cfn-lint', files).catch((error: { stdout: string }) => error)
    expect(said.stdout).toBe('')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
