import { describe, expect, it } from 'vitest'
import { createAwsCommand, quoteShellWord } from './command-line.ts'

describe('createAwsCommand()', () => {
  it('renders an AddPermission for an alias', () => {
    expect(
      createAwsCommand({
        kind: 'add-permission',
        functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:books:live',
        statementId: 'furlong-invoke',
        action: 'lambda:InvokeFunction',
        principal: 'arn:aws:iam::111122223333:role/caller',
        invokedViaFunctionUrl: true,
      }),
    ).toBe(
      'aws lambda add-permission --function-name books --qualifier live --statement-id furlong-invoke --action lambda:InvokeFunction --principal arn:aws:iam::111122223333:role/caller --invoked-via-function-url --region eu-west-1',
    )
  })

  it('renders a RemovePermission of an alias', () => {
    expect(
      createAwsCommand({
        kind: 'remove-permission',
        functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:books:live',
        statementId: 'team-url',
      }),
    ).toBe(
      'aws lambda remove-permission --function-name books --qualifier live --statement-id team-url --region eu-west-1',
    )
  })

  it('quotes a policy document for the shell', () => {
    expect(
      createAwsCommand({
        kind: 'put-role-policy',
        principalArn: 'arn:aws:iam::444455556666:role/team/caller',
        policyName: 'call-books',
        document: '{"Sid":"it\'s"}',
      }),
    ).toBe(
      `aws iam put-role-policy --role-name caller --policy-name call-books --policy-document '{"Sid":"it'\\''s"}'`,
    )
  })
})

describe('quoteShellWord()', () => {
  it('leaves plain words alone and quotes the rest', () => {
    expect(quoteShellWord('arn:aws:iam::1:role/a')).toBe('arn:aws:iam::1:role/a')
    expect(quoteShellWord('*')).toBe("'*'")
    expect(quoteShellWord('')).toBe("''")
    expect(quoteShellWord('$(x)')).toBe("'$(x)'")
  })
})
