import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { writeYaml } from '@furlong/aws'
import { describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { compare, validateBoth, written } from './check.ts'
import { compile, installCdk, validate } from './cdk.ts'

vi.setConfig({ testTimeout: 180_000 })

const missing = await installCdk()
const notRun = missing === '' ? '' : ` (not run: ${missing})`

const find = (wanted: string) => written.find(({ name }) => name === wanted) ?? raise()

function raise(): never {
  throw new Error('there is no such case')
}

describe.skipIf(missing)(`furlong template, and the CDK${notRun}`, () => {
  it.each(written)('$name: the construct synthesises to the template', async (one) => {
    expect(await compare(one)).toEqual([])
  })

  it('would see a condition that is missing', async () => {
    const { template, construct } = find('open to everybody')
    const wrong = construct.replace(/ +invokedViaFunctionUrl: true,\n/, '')
    expect(await compare({ template, construct: wrong })).toEqual([
      expect.stringMatching(/^in the template alone: .*"InvokedViaFunctionUrl":true/) as string,
      expect.stringMatching(/^in the CDK alone: /) as string,
    ])
  })

  it('compiles every construct against the types of the CDK', () => {
    const modules = written.map(({ construct }, index) => [`construct-${index}`, construct] as const)
    expect(compile(Object.fromEntries(modules))).toEqual([])
  })

  it('would see a member that the CDK does not have', () => {
    const { construct } = find('a role, a user, an account')
    const wrong = construct.replace('invokedViaFunctionUrl', 'invokedThroughFunctionUrl')
    expect(compile({ wrong }).join('\n')).toContain('invokedThroughFunctionUrl')
  })

  it.each(written)('$name: YAML and JSON hold to the schemas of CloudFormation', async ({ template }) => {
    expect(await validateBoth(template)).toEqual([])
    expect(parse(await writeYaml(template, ['a comment']))).toEqual(template)
  })

  it('would see a member that CloudFormation does not have', () => {
    const wrong = JSON.stringify(find('signed callers alone').template).replace(
      '"MemorySize"',
      '"MemorySizes"',
    )
    expect(validate('wrong.json', wrong).join('\n')).toContain('MemorySizes')
  })
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
