/** One entry per schema version; entry n brings a file from version n to n + 1. Never edit one that was released. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE accounts (
    accountId TEXT PRIMARY KEY,
    createdAt INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE principals (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL CHECK (type IN ('user', 'role')),
    accountId TEXT NOT NULL REFERENCES accounts,
    name TEXT NOT NULL COLLATE NOCASE,
    path TEXT NOT NULL,
    arn TEXT NOT NULL UNIQUE,
    description TEXT,
    trustPolicy TEXT,
    maxSessionSeconds INTEGER,
    boundaryArn TEXT,
    tags TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    UNIQUE (accountId, type, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE inlinePolicies (
    principalId TEXT NOT NULL REFERENCES principals ON DELETE CASCADE,
    name TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (principalId, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE managedPolicies (
    arn TEXT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    accountId TEXT NOT NULL REFERENCES accounts,
    name TEXT NOT NULL COLLATE NOCASE,
    path TEXT NOT NULL,
    description TEXT,
    document TEXT NOT NULL,
    tags TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    UNIQUE (accountId, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE attachments (
    principalId TEXT NOT NULL REFERENCES principals ON DELETE CASCADE,
    policyArn TEXT NOT NULL,
    PRIMARY KEY (principalId, policyArn)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE accessKeys (
    accessKeyId TEXT PRIMARY KEY,
    secretAccessKey TEXT NOT NULL,
    principalId TEXT NOT NULL REFERENCES principals ON DELETE CASCADE,
    active INTEGER NOT NULL,
    createdAt INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX accessKeysOfPrincipal ON accessKeys (principalId);

  CREATE TABLE sessions (
    accessKeyId TEXT PRIMARY KEY,
    secretAccessKey TEXT NOT NULL,
    sessionToken TEXT NOT NULL,
    roleId TEXT NOT NULL REFERENCES principals ON DELETE CASCADE,
    sessionName TEXT NOT NULL,
    issuedAt INTEGER NOT NULL,
    expiresAt INTEGER NOT NULL,
    policies TEXT NOT NULL,
    tags TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessionsByExpiry ON sessions (expiresAt);
  CREATE INDEX sessionsOfRole ON sessions (roleId);

  CREATE TABLE functions (
    arn TEXT PRIMARY KEY,
    accountId TEXT NOT NULL REFERENCES accounts,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    runtime TEXT NOT NULL,
    handler TEXT NOT NULL,
    roleArn TEXT NOT NULL,
    description TEXT NOT NULL,
    timeoutSeconds INTEGER NOT NULL,
    memorySizeMb INTEGER NOT NULL,
    environment TEXT,
    architecture TEXT NOT NULL,
    codeSha256 TEXT NOT NULL,
    codeSize INTEGER NOT NULL,
    tags TEXT NOT NULL,
    revisionId TEXT NOT NULL,
    deploymentId TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    modifiedAt INTEGER NOT NULL,
    UNIQUE (accountId, region, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE functionUrls (
    urlId TEXT PRIMARY KEY,
    functionArn TEXT NOT NULL REFERENCES functions ON DELETE CASCADE,
    qualifier TEXT NOT NULL,
    port INTEGER UNIQUE,
    authType TEXT NOT NULL CHECK (authType IN ('AWS_IAM', 'NONE')),
    cors TEXT,
    invokeMode TEXT CHECK (invokeMode IN ('BUFFERED', 'RESPONSE_STREAM')),
    createdAt INTEGER NOT NULL,
    modifiedAt INTEGER NOT NULL,
    UNIQUE (functionArn, qualifier)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE functionPolicies (
    functionArn TEXT NOT NULL REFERENCES functions ON DELETE CASCADE,
    qualifier TEXT NOT NULL,
    statements TEXT NOT NULL,
    PRIMARY KEY (functionArn, qualifier)
  ) STRICT, WITHOUT ROWID;
  `,
  // Groups are principals; policies have versions; sessions belong to users, too; keys and roles know their last use.
  `
  CREATE TABLE newPrincipals (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL CHECK (type IN ('user', 'role', 'group')),
    accountId TEXT NOT NULL REFERENCES accounts,
    name TEXT NOT NULL COLLATE NOCASE,
    path TEXT NOT NULL,
    arn TEXT NOT NULL UNIQUE,
    description TEXT,
    trustPolicy TEXT,
    maxSessionSeconds INTEGER,
    boundaryArn TEXT,
    tags TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    UNIQUE (accountId, type, name)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO newPrincipals SELECT * FROM principals;
  DROP TABLE principals;
  ALTER TABLE newPrincipals RENAME TO principals;

  CREATE TABLE groupMembers (
    groupId TEXT NOT NULL REFERENCES principals ON DELETE CASCADE,
    userId TEXT NOT NULL REFERENCES principals ON DELETE CASCADE,
    PRIMARY KEY (groupId, userId)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX groupsOfMember ON groupMembers (userId);

  CREATE TABLE policyVersions (
    policyArn TEXT NOT NULL REFERENCES managedPolicies ON DELETE CASCADE,
    number INTEGER NOT NULL,
    document TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    PRIMARY KEY (policyArn, number)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO policyVersions SELECT arn, 1, document, createdAt FROM managedPolicies;
  ALTER TABLE managedPolicies DROP COLUMN document;
  ALTER TABLE managedPolicies ADD COLUMN defaultVersion INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE managedPolicies ADD COLUMN lastVersion INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE managedPolicies ADD COLUMN updatedAt INTEGER NOT NULL DEFAULT 0;
  UPDATE managedPolicies SET updatedAt = createdAt;

  DROP INDEX sessionsOfRole;
  ALTER TABLE sessions RENAME COLUMN roleId TO principalId;
  ALTER TABLE sessions ADD COLUMN kind TEXT NOT NULL DEFAULT 'role' CHECK (kind IN ('role', 'user', 'federated-user'));
  ALTER TABLE sessions ADD COLUMN transitiveTagKeys TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE sessions ADD COLUMN sourceIdentity TEXT;
  CREATE INDEX sessionsOfPrincipal ON sessions (principalId);

  CREATE TABLE lastUses (
    id TEXT PRIMARY KEY,
    usedAt INTEGER NOT NULL,
    service TEXT NOT NULL,
    region TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // Functions have versions and aliases, a policy has a revision of its own, and more of a configuration is kept.
  `
  ALTER TABLE functions ADD COLUMN ephemeralStorageMb INTEGER NOT NULL DEFAULT 512;
  ALTER TABLE functions ADD COLUMN tracingMode TEXT NOT NULL DEFAULT 'PassThrough';
  ALTER TABLE functions ADD COLUMN logging TEXT;
  ALTER TABLE functions ADD COLUMN status TEXT NOT NULL DEFAULT 'Active'
    CHECK (status IN ('Pending', 'Updating', 'Active'));
  ALTER TABLE functions ADD COLUMN lastVersion INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE functionVersions (
    functionArn TEXT NOT NULL REFERENCES functions ON DELETE CASCADE,
    version INTEGER NOT NULL,
    latestDescription TEXT NOT NULL,
    runtime TEXT NOT NULL,
    handler TEXT NOT NULL,
    roleArn TEXT NOT NULL,
    description TEXT NOT NULL,
    timeoutSeconds INTEGER NOT NULL,
    memorySizeMb INTEGER NOT NULL,
    environment TEXT,
    architecture TEXT NOT NULL,
    ephemeralStorageMb INTEGER NOT NULL,
    tracingMode TEXT NOT NULL,
    logging TEXT,
    codeSha256 TEXT NOT NULL,
    codeSize INTEGER NOT NULL,
    revisionId TEXT NOT NULL,
    deploymentId TEXT NOT NULL,
    modifiedAt INTEGER NOT NULL,
    PRIMARY KEY (functionArn, version)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE aliases (
    functionArn TEXT NOT NULL REFERENCES functions ON DELETE CASCADE,
    name TEXT NOT NULL,
    functionVersion TEXT NOT NULL,
    description TEXT NOT NULL,
    additionalVersionWeights TEXT NOT NULL,
    revisionId TEXT NOT NULL,
    PRIMARY KEY (functionArn, name)
  ) STRICT, WITHOUT ROWID;

  ALTER TABLE functionPolicies ADD COLUMN revisionId TEXT NOT NULL DEFAULT '';
  UPDATE functionPolicies SET revisionId = (SELECT revisionId FROM functions WHERE arn = functionArn);
  `,
  // Reserved concurrency, and asynchronous invocations that were accepted and have not ended.
  `
  CREATE TABLE functionConcurrency (
    functionArn TEXT PRIMARY KEY REFERENCES functions ON DELETE CASCADE,
    reserved INTEGER NOT NULL CHECK (reserved >= 0)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE asyncInvocations (
    requestId TEXT PRIMARY KEY,
    functionArn TEXT NOT NULL REFERENCES functions ON DELETE CASCADE,
    qualifier TEXT,
    payload BLOB NOT NULL,
    clientContext TEXT,
    acceptedAt INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    throttles INTEGER NOT NULL,
    dueAt INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX asyncInvocationsOfFunction ON asyncInvocations (functionArn);
  `,
]
