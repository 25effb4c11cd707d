import {
  completeSetup,
  createCdkConstruct,
  createCloudFormation,
  createSetup,
  createStackOfSetup,
  writeYaml,
  type CloudFormationTemplate,
} from '@furlong/aws'
import { cases } from './cases.ts'
import { compile, synthesise, validate } from './cdk.ts'
import { toNormalForm } from './normal-form.ts'

/** A case, written in both forms. */
export interface Written {
  readonly name: string
  readonly template: CloudFormationTemplate
  readonly construct: string
}

const codeSha256 = Buffer.alloc(32, 7).toString('base64')

/** The cases as furlong template writes them. */
export const written: readonly Written[] = Object.entries(cases).map(([name, config]) => {
  const setup = createSetup({ entry: 'app.ts', config: { path: '/furlong.config.ts', config } })
  const stack = createStackOfSetup(
    completeSetup(setup, { kind: 'javascript', handler: 'index.handler', runtime: 'nodejs24.x' }),
    codeSha256,
  )
  return { name, template: createCloudFormation(stack), construct: createCdkConstruct(stack) }
})

/**
 * Finds a case.
 * @param wanted its name
 * @returns the case, written
 */
export function find(wanted: string): Written {
  const found = written.find(({ name }) => name === wanted)
  if (found === undefined) throw new TypeError(`There is no case '${wanted}'.`)
  return found
}

/** A template with a member that CloudFormation does not have. */
export const misspellMember = (): string =>
  JSON.stringify(find('signed callers alone').template).replace('"MemorySize"', '"MemorySizes"')

/** Says which mistakes the compiler would let pass; empty when it sees them. */
export function checkCompiler(): string[] {
  const { construct } = find('a role, a user, an account')
  const wrong = construct.replace('invokedViaFunctionUrl', 'invokedThroughFunctionUrl')
  const isSeen = compile({ wrong }).join('\n').includes('invokedThroughFunctionUrl')
  return isSeen ? [] : ['the compiler takes a member that the CDK does not have']
}

/**
 * Finds what the CDK makes of a construct and the template does not say, and the other way round.
 * @returns resources, each with the side that has it alone
 */
export async function compare({ template, construct }: Omit<Written, 'name'>): Promise<string[]> {
  const ours = toNormalForm(template)
  const theirs = toNormalForm(await synthesise(construct, Object.keys(template.Parameters)))
  const alone = (here: string[], there: string[]): string[] =>
    here.filter((one, index) => count(here, one, index) > count(there, one, there.length - 1))
  return [
    ...alone(ours, theirs).map((one) => `in the template alone: ${one}`),
    ...alone(theirs, ours).map((one) => `in the CDK alone: ${one}`),
  ]
}

/** How many of a kind there are up to a place. */
const count = (all: readonly string[], one: string, last: number): number =>
  all.slice(0, last + 1).filter((other) => other === one).length

/** Holds a template to CloudFormation's schemas, in both forms. */
export async function validateBoth(template: CloudFormationTemplate): Promise<string[]> {
  return [
    ...validate('template.yaml', await writeYaml(template, ['a comment'])),
    ...validate('template.json', JSON.stringify(template)),
  ]
}

/** Every case with what is wrong with it. */
export async function checkCases(): Promise<
  readonly (Written & {
    readonly resources: number
    readonly differences: readonly string[]
    readonly compiler: readonly string[]
    readonly schema: readonly string[]
  })[]
> {
  const names = written.map((_one, index) => `construct-${index}`)
  const said = compile(
    Object.fromEntries(written.map(({ construct }, index) => [names[index] ?? '', construct])),
  )
  const results = []
  for (const [index, one] of written.entries()) {
    results.push({
      ...one,
      resources: Object.keys(one.template.Resources).length,
      differences: await compare(one),
      compiler: said.filter((text) => text.startsWith(`${names[index]}.ts:`)),
      schema: await validateBoth(one.template),
    })
  }
  return results
}
