import type { Explanation } from '@furlong/iam'
import type { RequestRecord } from '@furlong/local'
import { describe, expect, it } from 'vitest'
import { renderPlan, renderThrottleFix } from './fix.ts'
import { listFixes, renderRecord, renderRefusal, renderRefusalLine } from './record.ts'

const functionArn = 'arn:aws:lambda:us-east-1:111122223333:function:books'
const role = 'arn:aws:iam::111122223333:role/caller'
const statement = {
  policy: { type: 'resource', name: 'the policy of function books' },
  sid: 'old',
  index: 0,
} as const

const explanation: Explanation = {
  allowed: false,
  says: 'The role caller may not call books: lambda:InvokeFunction is missing.',
  notes: ['Function URLs need two permissions since October 2025.'],
  actions: [
    { action: 'lambda:InvokeFunctionUrl', allowed: true, by: [statement] },
    {
      action: 'lambda:InvokeFunction',
      allowed: false,
      kind: 'implicit-deny',
      blame: ['identity', 'resource'],
      by: [],
      policies: [{ type: 'resource', verdict: 'silent' }],
      nearest: [
        { statement, element: 'Action', wanted: 'lambda:InvokeFunctionUrl', got: 'lambda:InvokeFunction' },
      ],
    },
  ],
  fixes: [
    {
      kind: 'add-permission',
      functionArn,
      statementId: 'furlong-caller-invoke',
      action: 'lambda:InvokeFunction',
      principal: role,
      invokedViaFunctionUrl: true,
    },
  ],
}

const record: RequestRecord = {
  cursor: 1,
  id: 'k3f9a',
  at: '2026-11-22T10:00:00.000Z',
  kind: 'function-url',
  method: 'GET',
  url: '/book?page=5',
  host: '127.0.0.1:20000',
  functionArn,
  caller: {
    arn: 'arn:aws:sts::111122223333:assumed-role/caller/s',
    accountId: '111122223333',
    accessKeyId: 'ASIAX',
  },
  gates: [
    { gate: 'route', outcome: 'passed', says: 'books', atMs: 0.1 },
    { gate: 'authorize', outcome: 'refused', says: 'no', atMs: 1.25 },
  ],
  status: 403,
  durationMs: 1.5,
  notes: ['The signature covers the host without its port.'],
  refusal: {
    gate: 'authorize',
    code: 'AccessDeniedException',
    cause: 'No policy allows lambda:InvokeFunction',
    explanation,
  },
}

describe('renderRefusalLine()', () => {
  it('says gate, request, caller, cause and fix in one line', () => {
    expect(renderRefusalLine(record)).toBe(
      `403 authorize books GET /book?page=5 by assumed-role/caller/s of 111122223333: No policy allows lambda:InvokeFunction. Fix: npx furlong grant books --to ${role} (npx furlong explain k3f9a)`,
    )
  })

  it('names the faults that struck the request before it says what to do', () => {
    expect(renderRefusalLine({ ...record, faults: ['f5', 'f6'] })).toContain(
      'No policy allows lambda:InvokeFunction. Struck by fault f5, f6 (npx furlong fault --list). Fix: npx',
    )
  })

  it('names the host of a tunnel, which has no path', () => {
    const { functionArn: _, caller: __, ...rest } = record
    const refusal = { gate: 'route', code: 'Refused', cause: 'The host is not reachable.' } as const
    const tunnel = { ...rest, method: 'CONNECT', url: '', host: 'books.example:443', refusal }
    expect(renderRefusalLine(tunnel)).toContain(
      '403 route books.example:443 CONNECT: The host is not reachable.',
    )
  })

  it('takes the fix of a diagnosis, or the sentence that comes with the refusal', () => {
    const refusal = {
      gate: 'authenticate',
      code: 'InvalidSignatureException',
      cause: 'The service is wrong.',
    } as const
    const diagnosis = {
      cause: 'wrong-service',
      says: 's',
      fix: 'Sign for lambda.',
      proof: 'signature-matches',
    } as const
    expect(renderRefusalLine({ ...record, refusal: { ...refusal, diagnoses: [diagnosis] } })).toContain(
      'The service is wrong. Fix: Sign for lambda. (',
    )
    const line = renderRefusalLine({ ...record, refusal: { ...refusal, fix: 'eval "$(npx furlong env)"' } })
    expect(line).toContain('Fix: eval "$(npx furlong env)" (')
  })
})

describe('renderRefusal()', () => {
  it('tells a cause once, with how it is known', () => {
    const says = 'The request is signed for the service s3.'
    const diagnosis = { cause: 'wrong-service', says, fix: 'Sign for lambda.', proof: 'evidence' } as const
    const other = { ...diagnosis, says: 'The clock is wrong.', proof: 'signature-matches' } as const
    const refusal = { gate: 'authenticate', code: 'X', cause: says, diagnoses: [diagnosis, other] } as const
    expect(renderRefusal(refusal).slice(0, 3)).toEqual([
      '',
      `Why  ${says} [X] (by what the request shows)`,
      '  The clock is wrong. (proved: the signature matches then)',
    ])
  })
})

describe('renderRecord()', () => {
  it('reads from the request to the fix', () => {
    expect(renderRecord(record).join('\n')).toBe(
      `Request k3f9a  GET http://127.0.0.1:20000/book?page=5 → 403 in 1.5 ms, 2026-11-22T10:00:00.000Z

  function  ${functionArn}
  caller    arn:aws:sts::111122223333:assumed-role/caller/s (ASIAX)

  ✓ route         0.1 ms  books
  ✗ authorize     1.3 ms  no

Why  The role caller may not call books: lambda:InvokeFunction is missing. [AccessDeniedException]
  ✓ lambda:InvokeFunctionUrl: allowed by 'old' of the policy of function books
  ✗ lambda:InvokeFunction: not allowed (resource policy silent)
      nearest: 'old' of the policy of function books: Action wants lambda:InvokeFunctionUrl, the request has lambda:InvokeFunction

Notes
  Function URLs need two permissions since October 2025.
  The signature covers the host without its port.

Fix
  npx furlong grant books --to ${role}

The same by the AWS CLI
  aws lambda add-permission --function-name books --statement-id furlong-caller-invoke --action lambda:InvokeFunction --principal ${role} --invoked-via-function-url --region us-east-1`,
    )
  })

  it('tells whose credentials the step in the account of the caller needs', () => {
    const foreign = {
      kind: 'put-role-policy',
      principalArn: 'arn:aws:iam::444455556666:role/far',
      callerAccount: '444455556666',
      policyName: 'furlong-call-books',
      document: '{}',
    } as const
    const command =
      "aws iam put-role-policy --role-name far --policy-name furlong-call-books --policy-document '{}'"
    const refusal = {
      gate: 'authorize',
      code: 'X',
      cause: 'c',
      explanation: { ...explanation, fixes: [...explanation.fixes, foreign] },
    } as const
    expect(renderRefusal(refusal).join('\n')).toContain(`
Fix
  npx furlong grant books --to ${role}
  # with credentials of account 444455556666:
  ${command}
`)
    expect(renderRefusal(refusal).slice(-2)).toEqual([
      '  # with credentials of account 444455556666:',
      `  ${command}`,
    ])
    expect(listFixes(refusal)[1]).toBe(`${command} # with credentials of account 444455556666`)
    expect(renderPlan([foreign]).credentials).toEqual({ [command]: '444455556666' })
  })

  it('names the policies that let an allowed request in', () => {
    const { refusal: _, ...allowed } = {
      ...record,
      status: 200,
      allowedBy: ["'x' of the policy of function books"],
    }
    expect(renderRecord(allowed).join('\n')).toContain("  allowed by 'x' of the policy of function books")
  })
})

describe('renderRefusal() of what could not be read', () => {
  it('tells an open verdict from a refusal, and what an Allow depends on', () => {
    const policies = [
      { type: 'resource', verdict: 'delegates' },
      { type: 'identity', verdict: 'unknown' },
      { type: 'scp', verdict: 'silent' },
      { type: 'boundary', verdict: 'absent' },
    ] as const
    const open: Explanation = {
      ...explanation,
      actions: [
        { action: 'lambda:InvokeFunctionUrl', allowed: true, by: [statement], unless: ['scp', 'session'] },
        {
          action: 'lambda:InvokeFunction',
          allowed: false,
          kind: 'unknown',
          blame: ['identity'],
          by: [],
          policies,
          nearest: [],
        },
      ],
    }
    const refusal = { gate: 'authorize', code: 'X', cause: 'c', explanation: open } as const
    expect(renderRefusal(refusal).slice(2, 4)).toEqual([
      "  ✓ lambda:InvokeFunctionUrl: allowed by 'old' of the policy of function books, unless a service control policy or session policy that could not be read denies it",
      '  ? lambda:InvokeFunction: left open by what could not be read (resource policy leaves it to the account, service control policy silent; not known: identity policy)',
    ])
  })

  it('names what denies, and what made it apply', () => {
    const policy = { type: 'identity', name: 'office' } as const
    const deny = { policy, sid: 'OnlyFromTheOffice', index: 1 }
    const denied: Explanation = {
      ...explanation,
      actions: [
        {
          action: 'lambda:InvokeFunction',
          allowed: false,
          kind: 'explicit-deny',
          blame: ['identity'],
          by: [deny, { policy: { type: 'boundary', name: 'team-limits' }, sid: '', index: 0 }],
          policies: [{ type: 'identity', verdict: 'denies' }],
          nearest: [],
          denying: [
            {
              statement: deny,
              element: 'Condition.NotIpAddress.aws:SourceIp',
              wanted: '192.0.2.0/24',
              got: '127.0.0.1',
            },
          ],
        },
      ],
    }
    const refusal = { gate: 'authorize', code: 'X', cause: 'c', explanation: denied } as const
    expect(renderRefusal(refusal).slice(2, 4)).toEqual([
      "  ✗ lambda:InvokeFunction: denied by 'OnlyFromTheOffice' of identity policy office, statement 1 of permissions boundary team-limits (identity policy denies)",
      "      denying: 'OnlyFromTheOffice' of identity policy office: Condition.NotIpAddress.aws:SourceIp is 192.0.2.0/24, the request has 127.0.0.1",
    ])
  })
})

describe('renderPlan()', () => {
  const [fix] = explanation.fixes
  const url = {
    ...fix,
    action: 'lambda:InvokeFunctionUrl',
    functionUrlAuthType: 'AWS_IAM',
  } as Explanation['fixes'][number]

  it('makes both statements of one caller one grant', () => {
    const plan = renderPlan(explanation.fixes.concat(url))
    expect(plan.furlong).toEqual([`npx furlong grant books --to ${role}`])
    expect(plan.aws).toHaveLength(2)
  })

  it('removes what stands in the way of a grant first, but not what the grant replaces', () => {
    const remove = (statementId: string) => ({ kind: 'remove-permission', functionArn, statementId }) as const
    const plan = renderPlan([remove('team-url'), remove('furlong-caller-invoke'), ...explanation.fixes])
    expect(plan.furlong).toEqual([
      'aws lambda remove-permission --function-name books --statement-id team-url --region us-east-1',
      `npx furlong grant books --to ${role}`,
    ])
    expect(plan.aws).toHaveLength(3)
    expect(plan.aws[1]).toContain(
      'remove-permission --function-name books --statement-id furlong-caller-invoke',
    )
  })

  it('names a function elsewhere by its ARN', () => {
    const home = { accountId: '444455556666', region: 'us-east-1' }
    expect(renderPlan(explanation.fixes, home).furlong).toEqual([
      `npx furlong grant ${functionArn} --to ${role}`,
    ])
  })

  it('renders identity policies by the AWS CLI and denies as a sentence', () => {
    const plan = renderPlan([
      { kind: 'put-role-policy', principalArn: role, policyName: 'furlong-call-books', document: '{}' },
      { kind: 'remove-deny', statement },
    ])
    expect(plan.furlong[0]).toMatch(/^aws iam put-role-policy --role-name caller/)
    expect(plan.sentences).toEqual([
      'Remove or narrow the Deny statement old of the policy of function books.',
    ])
  })
})

describe('a refusal by a limit', () => {
  it('is told with the command that changes the limit, before the sentence', () => {
    const throttled: RequestRecord = {
      ...record,
      status: 429,
      refusal: {
        gate: 'admit',
        code: 'TooManyRequestsException',
        cause: 'The function is switched off: its reserved concurrency is 0.',
        fix: 'Delete the reserved concurrency to switch the function on.',
        throttle: {
          reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
          limit: 0,
          running: 0,
          fixes: [{ kind: 'delete-function-concurrency', functionArn }],
        },
      },
    }
    expect(renderRefusalLine(throttled)).toContain(
      'switched off: its reserved concurrency is 0. Fix: aws lambda delete-function-concurrency --function-name books --region us-east-1 ',
    )
    expect(renderRecord(throttled)).toContain('  Delete the reserved concurrency to switch the function on.')
    expect(
      renderThrottleFix({ kind: 'put-function-concurrency', functionArn, reservedConcurrentExecutions: 4 }),
    ).toBe(
      'aws lambda put-function-concurrency --function-name books --reserved-concurrent-executions 4 --region us-east-1',
    )
  })
})
