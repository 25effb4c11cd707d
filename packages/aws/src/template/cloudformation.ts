import type { Stack, StackPermission, StackRole, Value } from './stack.ts'

/** One resource of a template. */
export interface Resource {
  readonly Type: string
  readonly DependsOn?: string | readonly string[]
  readonly Properties: Readonly<Record<string, unknown>>
}

/** A CloudFormation template, ready for `JSON.stringify()` or YAML. */
export interface CloudFormationTemplate {
  readonly AWSTemplateFormatVersion: '2010-09-09'
  readonly Description: string
  readonly Parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Outputs: Readonly<Record<string, unknown>>
}

const getArn = { 'Fn::GetAtt': ['Function', 'Arn'] } as const

/**
 * Writes a stack as a CloudFormation template. The code is a zip in S3, named by two parameters.
 * @param stack what it sets up
 * @returns the template
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html
 */
export function createCloudFormation(stack: Stack): CloudFormationTemplate {
  const { functionName, url, alias } = stack
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `The function ${functionName}${url === undefined ? '' : ' and its URL'}, as furlong deploy sets it up`,
    Parameters: createParameters(stack),
    Resources: {
      ...(stack.role.kind === 'own' ? { Role: createRole(stack.role) } : {}),
      Function: createFunction(stack),
      ...(alias === undefined ? {} : createAlias(alias)),
      ...(url === undefined ? {} : { Url: createUrl(url, alias) }),
      ...createPermissions(stack.permissions, alias === undefined ? getArn : { Ref: 'Alias' }),
    },
    Outputs: {
      FunctionArn: { Value: getArn },
      ...(url === undefined ? {} : { FunctionUrl: { Value: { 'Fn::GetAtt': ['Url', 'FunctionUrl'] } } }),
    },
  }
}

function createParameters({ parameters }: Stack): CloudFormationTemplate['Parameters'] {
  return {
    CodeBucket: { Type: 'String', Description: "Bucket that holds the function's zip" },
    CodeKey: { Type: 'String', Description: 'Key of the zip in that bucket' },
    ...Object.fromEntries(
      parameters.map(({ name, says, isSecret }) => [
        name,
        { Type: 'String', Description: says, ...(isSecret === undefined ? {} : { NoEcho: true }) },
      ]),
    ),
  }
}

function createRole({ managedPolicies, policies }: StackRole & { readonly kind: 'own' }): Resource {
  const inline = Object.entries(policies)
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      ManagedPolicyArns: managedPolicies.map(writeValue),
      ...(inline.length === 0
        ? {}
        : {
            Policies: inline.map(([PolicyName, PolicyDocument]) => ({ PolicyName, PolicyDocument })),
          }),
    },
  }
}

function createFunction(stack: Stack): Resource {
  const { architecture, description, environment, tags, role } = stack
  const variables = Object.entries(environment).map(([name, value]) => [name, writeValue(value)] as const)
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: stack.functionName,
      ...(description === undefined ? {} : { Description: description }),
      Runtime: stack.runtime,
      Handler: stack.handler,
      ...(architecture === undefined ? {} : { Architectures: [architecture] }),
      Code: { S3Bucket: { Ref: 'CodeBucket' }, S3Key: { Ref: 'CodeKey' } },
      Role: role.kind === 'own' ? { 'Fn::GetAtt': ['Role', 'Arn'] } : writeValue(role.arn),
      MemorySize: stack.memorySizeMb,
      Timeout: stack.timeoutSeconds,
      ...(variables.length === 0 ? {} : { Environment: { Variables: Object.fromEntries(variables) } }),
      ...(Object.keys(tags).length === 0
        ? {}
        : { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
    },
  }
}

function createAlias({ name, codeSha256 }: Stack['alias'] & object): Readonly<Record<string, Resource>> {
  const version = nameVersion(codeSha256)
  return {
    // A version cannot be changed, so that of other code is another resource; callers may still be on the one before.
    [version]: {
      Type: 'AWS::Lambda::Version',
      Properties: { FunctionName: { Ref: 'Function' } },
    },
    Alias: {
      Type: 'AWS::Lambda::Alias',
      Properties: {
        Name: name,
        FunctionName: { Ref: 'Function' },
        FunctionVersion: { 'Fn::GetAtt': [version, 'Version'] },
      },
    },
  }
}

const nameVersion = (codeSha256: string): string =>
  `Version${Buffer.from(codeSha256, 'base64').toString('hex').slice(0, 12)}`

function createUrl({ authType, invokeMode, cors }: Stack['url'] & object, alias: Stack['alias']): Resource {
  return {
    Type: 'AWS::Lambda::Url',
    ...(alias === undefined ? {} : { DependsOn: 'Alias' }),
    Properties: {
      TargetFunctionArn: getArn,
      ...(alias === undefined ? {} : { Qualifier: alias.name }),
      AuthType: authType,
      InvokeMode: invokeMode,
      ...(cors === undefined ? {} : { Cors: cors }),
    },
  }
}

/** Each waits for the one before: Lambda answers 409 to two changes of a policy at once. */
function createPermissions(
  permissions: readonly StackPermission[],
  FunctionName: unknown,
): Readonly<Record<string, Resource>> {
  return Object.fromEntries(
    permissions.map((permission, index) => {
      const before = permissions[index - 1]?.name
      const resource: Resource = {
        Type: 'AWS::Lambda::Permission',
        ...(before === undefined ? {} : { DependsOn: before }),
        Properties: { FunctionName, ...createPermissionProperties(permission) },
      }
      return [permission.name, resource]
    }),
  )
}

/** One row for each member of a permission, with its name in CloudFormation. */
const permissionMembers = [
  ['action', 'Action'],
  ['functionUrlAuthType', 'FunctionUrlAuthType'],
  ['invokedViaFunctionUrl', 'InvokedViaFunctionUrl'],
  ['sourceArn', 'SourceArn'],
  ['sourceAccount', 'SourceAccount'],
  ['principalOrgId', 'PrincipalOrgID'],
  ['eventSourceToken', 'EventSourceToken'],
] as const

function createPermissionProperties(permission: StackPermission): Record<string, unknown> {
  const members = permissionMembers.flatMap(([from, to]) =>
    permission[from] === undefined ? [] : [[to, permission[from]] as const],
  )
  return { Principal: writeValue(permission.principal), ...Object.fromEntries(members) }
}

function writeValue(value: Value): unknown {
  if (typeof value === 'string') return value
  if ('parameter' in value) return { Ref: value.parameter }
  return {
    'Fn::Sub':
      'ownArn' in value
        ? `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:${value.ownArn}`
        : `arn:\${AWS::Partition}:iam::aws:policy/${value.managedPolicy}`,
  }
}

/**
 * Writes a template as YAML.
 * @param template the template
 * @param comment lines that stand before it, without `#`
 * @returns the text
 */
export async function writeYaml(
  template: CloudFormationTemplate,
  comment: readonly string[],
): Promise<string> {
  const { Document } = await import('yaml')
  // As YAML 1.1 reads it, which is what CloudFormation's tools do: `on`, dates and account ids keep their quotes.
  const document = new Document(template, { schema: 'yaml-1.1', aliasDuplicateObjects: false })
  document.commentBefore = comment.map((line) => ` ${line}`).join('\n')
  return document.toString({ lineWidth: 0 })
}
