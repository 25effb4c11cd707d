/** Runs every line of docs/walk, in order; start.sh is what runs around them. */
import { findMissing, noAws } from '../calling/stage.ts'
import { describeGuide } from '../script.ts'

const forbidden = /403 \{"Message":"Forbidden\. For troubleshooting/

describeGuide(
  'docs/walk',
  new URL('.', import.meta.url),
  {
    'use.sh': /^111122223333\s/m,
    'host.sh': /^(?:Pending|Active)$/,
    'expose.sh': /^\{"Message":"Forbidden\. For troubleshooting .*\} 403$/,
    'reader.sh': /^$/,
    'call.sh': forbidden,
    'half.sh': forbidden,
    'explain.sh':
      /lambda:InvokeFunction: not allowed.*npx furlong grant books --to arn:aws:iam::111122223333:role\/reader/s,
    'whole.sh': /200 \{"page": 5, "calledBy": "arn:aws:sts::111122223333:assumed-role\/reader\/walk"\}$/,
    'policy.sh': /"Sid":"reader-url".*"Sid":"reader-invoke"/,
    'clean.sh': /^(?:\d+|204|None)?$/,
  },
  noAws || findMissing('python3', '-c', 'import botocore, requests') || findMissing('curl', '--version'),
)
