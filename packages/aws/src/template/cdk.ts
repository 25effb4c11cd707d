import type { Cors } from '@aws-sdk/client-lambda'
import type { Stack, StackPermission, StackRole, Value } from './stack.ts'
import { toLogicalName } from './stack.ts'

/**
 * Writes a stack as a construct of the CDK, in TypeScript: a class to be put into an application's stack.
 * @param stack what it sets up
 * URL and statements are written as CloudFormation knows them: what the CDK would add by itself differs between its versions.
 * @returns the text of a module, for an `aws-cdk-lib` whose `CfnPermission` has `invokedViaFunctionUrl` (2.218 or newer)
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda-readme.html
 */
export function createCdkConstruct(stack: Stack): string {
  const { functionName, url, alias } = stack
  const className = toLogicalName(functionName)
  const uses = (text: string): boolean => body.includes(text)
  const body = [
    ...writeRole(stack.role),
    ...writeFunction(stack),
    ...(alias === undefined ? [] : writeAlias(alias.name)),
    ...(url === undefined ? [] : writeUrl(url, alias)),
    ...writePermissions(stack.permissions, alias !== undefined),
  ].join('\n')
  const core = ['Aws', 'Duration', 'Tags'].filter((name) => uses(`${name}.`))
  const lines = [
    ...(core.length === 0 ? [] : [`import { ${core.join(', ')} } from 'aws-cdk-lib'`]),
    `import * as iam from 'aws-cdk-lib/aws-iam'`,
    `import * as lambda from 'aws-cdk-lib/aws-lambda'`,
    `import { Construct } from 'constructs'`,
    '',
    ...writeProps(stack, className),
    '',
    `/** The function ${functionName}${url === undefined ? '' : ' and its URL'}, as furlong deploy sets it up. */`,
    `export class ${className} extends Construct {`,
    '  readonly function: lambda.Function',
    ...(alias === undefined ? [] : ['  readonly alias: lambda.Alias']),
    ...(url === undefined ? [] : ['  readonly functionUrl: string']),
    '',
    `  constructor(scope: Construct, id: string, props: ${className}Props) {`,
    '    super(scope, id)',
    body,
    '  }',
    '}',
    '',
  ]
  return lines.join('\n')
}

function writeProps({ parameters, functionName }: Stack, className: string): string[] {
  return [
    `export interface ${className}Props {`,
    `  /** lambda.Code.fromAsset('${functionName}.zip') */`,
    '  readonly code: lambda.Code',
    ...parameters.flatMap(({ name, says }) => [`  /** ${says} */`, `  readonly ${toProperty(name)}: string`]),
    '}',
  ]
}

function writeRole(role: StackRole): string[] {
  if (role.kind === 'named') {
    return [`    const role = iam.Role.fromRoleArn(this, 'Role', ${write(role.arn)}, { mutable: false })`]
  }
  const inline = Object.entries(role.policies)
  return [
    `    const role = new iam.Role(this, 'Role', {`,
    `      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),`,
    '      managedPolicies: [',
    ...role.managedPolicies.map((policy, index) => `        ${writeManagedPolicy(policy, index)},`),
    '      ],',
    ...(inline.length === 0
      ? []
      : [
          '      inlinePolicies: {',
          ...inline.map(
            ([name, document]) =>
              `        ${write(name)}: iam.PolicyDocument.fromJson(${indent(document, 8)}),`,
          ),
          '      },',
        ]),
    '    })',
  ]
}

function writeManagedPolicy(policy: Value, index: number): string {
  return typeof policy === 'object' && 'managedPolicy' in policy
    ? `iam.ManagedPolicy.fromAwsManagedPolicyName(${write(policy.managedPolicy)})`
    : `iam.ManagedPolicy.fromManagedPolicyArn(this, 'Policy${index + 1}', ${write(policy)})`
}

/** What the CDK wants to know of a runtime, by its id. */
const families: readonly (readonly [start: string, family: string])[] = [
  ['nodejs', 'NODEJS'],
  ['python', 'PYTHON'],
  ['java', 'JAVA'],
  ['ruby', 'RUBY'],
  ['dotnet', 'DOTNET_CORE'],
]

function writeFunction(stack: Stack): string[] {
  const { runtime, architecture, environment, description, tags } = stack
  const family = families.find(([start]) => runtime.startsWith(start))?.[1] ?? 'OTHER'
  const variables = Object.entries(environment)
  return [
    `    this.function = new lambda.Function(this, 'Function', {`,
    `      functionName: ${write(stack.functionName)},`,
    ...(description === undefined ? [] : [`      description: ${write(description)},`]),
    `      runtime: new lambda.Runtime(${write(runtime)}, lambda.RuntimeFamily.${family}),`,
    `      handler: ${write(stack.handler)},`,
    ...(architecture === undefined
      ? []
      : [`      architecture: lambda.Architecture.${architecture === 'arm64' ? 'ARM_64' : 'X86_64'},`]),
    '      code: props.code,',
    '      role,',
    `      memorySize: ${stack.memorySizeMb},`,
    `      timeout: Duration.seconds(${stack.timeoutSeconds}),`,
    ...(variables.length === 0
      ? []
      : [
          '      environment: {',
          ...variables.map(([name, value]) => `        ${name}: ${write(value)},`),
          '      },',
        ]),
    '    })',
    ...Object.entries(tags).map(
      ([name, value]) => `    Tags.of(this.function).add(${write(name)}, ${write(value)})`,
    ),
  ]
}

function writeAlias(name: string): string[] {
  return [
    `    this.alias = new lambda.Alias(this, 'Alias', {`,
    `      aliasName: ${write(name)},`,
    '      version: this.function.currentVersion,',
    '    })',
  ]
}

function writeUrl({ authType, invokeMode, cors }: Stack['url'] & object, alias: Stack['alias']): string[] {
  return [
    `    const url = new lambda.CfnUrl(this, 'Url', {`,
    '      targetFunctionArn: this.function.functionArn,',
    ...(alias === undefined ? [] : [`      qualifier: ${write(alias.name)},`]),
    `      authType: ${write(authType)},`,
    `      invokeMode: ${write(invokeMode)},`,
    ...(cors === undefined ? [] : ['      cors: {', ...writeCors(cors), '      },']),
    '    })',
    ...(alias === undefined ? [] : ['    url.node.addDependency(this.alias)']),
    '    this.functionUrl = url.attrFunctionUrl',
  ]
}

/** Members have the names of CloudFormation with a small letter, and hold lists, a number or a boolean. */
function writeCors(cors: Cors): string[] {
  return Object.entries(cors).map(
    ([name, value]) =>
      `        ${toProperty(name)}: ${Array.isArray(value) ? writeList(value) : String(value)},`,
  )
}

/** Members of `CfnPermission` have the names they have in the stack. */
const permissionMembers = [
  'action',
  'functionUrlAuthType',
  'invokedViaFunctionUrl',
  'sourceArn',
  'sourceAccount',
  'principalOrgId',
  'eventSourceToken',
] as const

function writePermissions(permissions: readonly StackPermission[], isOfAlias: boolean): string[] {
  if (permissions.length === 0) return []
  const lines = permissions.flatMap((permission) => [
    `      new lambda.CfnPermission(this, ${write(permission.name)}, {`,
    '        functionName,',
    `        principal: ${write(permission.principal)},`,
    ...permissionMembers.flatMap((name) =>
      permission[name] === undefined ? [] : [`        ${name}: ${write(permission[name])},`],
    ),
    '      }),',
  ])
  return [
    `    const { functionArn: functionName } = this.${isOfAlias ? 'alias' : 'function'}`,
    '    const permissions = [',
    ...lines,
    '    ]',
    '    // One after the other: Lambda answers 409 to two changes of a policy at once.',
    '    for (const [index, permission] of permissions.entries()) {',
    '      const before = permissions[index - 1]',
    '      if (before !== undefined) permission.node.addDependency(before)',
    '    }',
  ]
}

function write(value: Value | boolean): string {
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return quote(value)
  if ('parameter' in value) return `props.${toProperty(value.parameter)}`
  const text = (part: string): string => part.replaceAll(/[\\`$]/g, '\\$&')
  return 'ownArn' in value
    ? `\`arn:\${Aws.PARTITION}:iam::\${Aws.ACCOUNT_ID}:${text(value.ownArn)}\``
    : `\`arn:\${Aws.PARTITION}:iam::aws:policy/${text(value.managedPolicy)}\``
}

/** A text of TypeScript, whatever stands in it. */
function quote(text: string): string {
  const json = JSON.stringify(text)
  return json.includes("'") ? json : `'${json.slice(1, -1).replaceAll('\\"', '"')}'`
}

function writeList(values: readonly string[]): string {
  return `[${values.map(quote).join(', ')}]`
}

function indent(value: object, columns: number): string {
  return JSON.stringify(value, undefined, 2).replaceAll('\n', `\n${' '.repeat(columns)}`)
}

const toProperty = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)
