/** Runs every line of docs/explaining/README.md, in order. */
import { noAws } from '../calling/stage.ts'
import { describeGuide } from '../script.ts'

describeGuide(
  'docs/explaining',
  new URL('.', import.meta.url),
  {
    'begin.sh': [/403/, 1],
    'explain.sh': /authorize.*npx furlong grant books --to/s,
    'as-json.sh': /403$/,
    'doctor.sh': [/reader/, 1],
    'fix.sh': /"path":"\/book"/,
    'transcript.sh': /execute-api/,
  },
  noAws,
)
