import type {
  AccessRequest,
  CompiledPolicy,
  PolicyKind,
  Principal,
  RoleSessionPrincipal,
  UserPrincipal,
} from '../index.ts'
import { compilePolicy, createFunctionUrlRequest, parsePolicy } from '../index.ts'

export const account = '111122223333'
export const otherAccount = '444455556666'
export const functionArn = `arn:aws:lambda:us-east-1:${account}:function:my-fn`
export const aliasArn = `${functionArn}:live`
export const invokeUrl = 'lambda:InvokeFunctionUrl'
export const invoke = 'lambda:InvokeFunction'
export const now = new Date('2026-11-22T12:00:00Z')
export const http = { sourceIp: '203.0.113.10', secureTransport: true, region: 'us-east-1' }

export const alice: UserPrincipal = {
  type: 'user',
  account,
  arn: `arn:aws:iam::${account}:user/alice`,
  name: 'alice',
  id: 'AIDAALICEEXAMPLE00001',
}

export function roleSession(owner: string = account, path = '/', name = 'app'): RoleSessionPrincipal {
  return {
    type: 'role-session',
    account: owner,
    arn: `arn:aws:sts::${owner}:assumed-role/${name}/s1`,
    roleArn: `arn:aws:iam::${owner}:role${path}${name}`,
    roleId: 'AROAAPPEXAMPLE00001',
    sessionName: 's1',
    id: 'AROAAPPEXAMPLE00001:s1',
  }
}

export function compile(type: PolicyKind, name: string, ...statements: object[]): CompiledPolicy {
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  return compilePolicy(parsePolicy(document, type), { type, name })
}

export function callUrl(
  principal: Principal,
  arn: string = functionArn,
  authType: 'AWS_IAM' | 'NONE' = 'AWS_IAM',
): AccessRequest {
  return createFunctionUrlRequest({ principal, functionArn: arn, authType, http, now })
}

const viaUrl = { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } }

export function authType(value: string): object {
  return { StringEquals: { 'lambda:FunctionUrlAuthType': value } }
}

/** The two statements that `AddPermission` writes. */
export function grantUrl(principal: unknown, arn: string = functionArn, type = 'AWS_IAM'): object {
  return {
    Sid: 'grant-url',
    Effect: 'Allow',
    Principal: principal,
    Action: invokeUrl,
    Resource: arn,
    Condition: authType(type),
  }
}

export function grantInvoke(principal: unknown, arn: string = functionArn): object {
  return {
    Sid: 'grant-invoke',
    Effect: 'Allow',
    Principal: principal,
    Action: invoke,
    Resource: arn,
    Condition: viaUrl,
  }
}

/** A statement of an identity policy for both actions. */
export function allowBoth(arn: string = functionArn): object {
  return { Effect: 'Allow', Action: [invokeUrl, invoke], Resource: arn }
}
