import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ensurePrivateDirectory } from '../../protocol/server.ts'

/** How long a write waits for another process (a person with sqlite3 open) before it fails. */
const BUSY_TIMEOUT_MS = 5000

/** Each entry brings a database of its index to the next version. Never change one that was released: add another. */
const MIGRATIONS = [
  `CREATE TABLE agents (
     id TEXT PRIMARY KEY,
     key TEXT NOT NULL UNIQUE,
     name TEXT NOT NULL,
     status TEXT NOT NULL,
     error TEXT,
     repo TEXT,
     branch TEXT,
     worktree_path TEXT,
     in_worktree INTEGER NOT NULL,
     created_worktree INTEGER NOT NULL,
     branch_created_at TEXT,
     cwd TEXT NOT NULL,
     profile_name TEXT,
     prompt TEXT,
     metadata TEXT NOT NULL,
     notification INTEGER NOT NULL,
     created_at INTEGER NOT NULL
   );
   CREATE TABLE sessions (
     id TEXT PRIMARY KEY,
     agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
     name TEXT NOT NULL,
     status TEXT NOT NULL,
     argv TEXT NOT NULL,
     cwd TEXT NOT NULL,
     cols INTEGER NOT NULL,
     rows INTEGER NOT NULL,
     pid INTEGER,
     title TEXT NOT NULL,
     port INTEGER,
     port_forward INTEGER NOT NULL,
     exit_code INTEGER,
     exit_signal TEXT,
     created_at INTEGER NOT NULL
   );
   CREATE INDEX sessions_by_agent ON sessions (agent_id);
   CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);`,
  `ALTER TABLE agents ADD COLUMN slug TEXT;
   ALTER TABLE agents ADD COLUMN port_base INTEGER;
   ALTER TABLE agents ADD COLUMN parent TEXT;
   ALTER TABLE agents ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE sessions ADD COLUMN command TEXT;
   UPDATE agents SET slug = 'b_' || id;`,
  `CREATE TABLE agent_states (
     agent_id TEXT PRIMARY KEY REFERENCES agents (id) ON DELETE CASCADE,
     state TEXT NOT NULL
   );
   CREATE TABLE messages (
     id TEXT PRIMARY KEY,
     agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
     sender TEXT NOT NULL,
     text TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL,
     rung_at INTEGER,
     read_at INTEGER
   );
   CREATE INDEX messages_by_agent ON messages (agent_id);`,
  `ALTER TABLE sessions ADD COLUMN ended_at INTEGER;`,
]

/**
 * Opens the hub's database and brings it to the present version. WAL with synchronous=NORMAL: a commit survives the
 * death of the process; a power cut may take the last ones but never breaks the file.
 * @throws Error when a newer botster wrote the file, or when it is no database.
 */
export function openDatabase(path: string): DatabaseSync {
  ensurePrivateDirectory(dirname(path))
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
  try {
    chmodSync(path, 0o600) // prompts are in it
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    migrate(database, path)
    return database
  } catch (cause) {
    database.close()
    throw cause instanceof NewerDatabase ? cause : new Error(`the records in ${path} cannot be read`, { cause })
  }
}

class NewerDatabase extends Error {}

function migrate(database: DatabaseSync, path: string): void {
  database.exec('BEGIN IMMEDIATE')
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
  if (version > MIGRATIONS.length) {
    database.exec('ROLLBACK')
    throw new NewerDatabase(`${path} was written by a newer botster: update this one, or move the file away`)
  }
  for (const migration of MIGRATIONS.slice(version)) database.exec(migration)
  database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
  database.exec('COMMIT')
}
