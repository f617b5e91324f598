<?php

/**
 * WordPress's database object on SQLite in memory: the plugin's own tables, with the statements as the plugin writes them.
 *
 * @package Cartwright
 */

declare(strict_types=1);

final class Database
{
    public string $prefix = 'wp_';
    public string $options = 'wp_options';
    public string $users = 'wp_users';
    public string $last_error = '';
    public int $insert_id = 0;
    /** A statement that has this text fails. */
    public string $failing = '';
    private PDO $link;
    private bool $suppressed = false;
    private int $tick = 0;

    public function __construct()
    {
        $this->link = new PDO('sqlite::memory:', null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
        $this->link->sqliteCreateFunction('UNIX_TIMESTAMP', static fn (): int => time());
        // A clock that goes on by one with each look, so that no test depends on how fast it runs.
        $this->link->sqliteCreateFunction('NOW', fn (): int => $this->tick);
        $this->link->sqliteCreateFunction('MICROSECOND', fn (): int => ++$this->tick);
        foreach (
            [
                'cartwright_events (id INTEGER PRIMARY KEY, subject, name, order_id INTEGER, at INTEGER, data,
                    tries INTEGER DEFAULT 0, due INTEGER DEFAULT 0, sent INTEGER DEFAULT 0, error DEFAULT \'\')',
                'cartwright_nonces (nonce PRIMARY KEY, seen INTEGER)',
                'cartwright_locks (name PRIMARY KEY, owner, expires INTEGER)',
                'cartwright_done (id PRIMARY KEY, at INTEGER)',
                'cartwright_carts (token PRIMARY KEY, session_key, customer_id INTEGER, orders INTEGER DEFAULT 0, used INTEGER)',
                'users (ID INTEGER PRIMARY KEY)',
                'cartwright_orders (order_id INTEGER PRIMARY KEY, version INTEGER, digest)',
            ] as $table
        ) {
            $this->link->exec("CREATE TABLE {$this->prefix}$table");
        }
    }

    public function get_blog_prefix(): string
    {
        return $this->prefix;
    }

    public function prepare(string $sql, mixed ...$values): string
    {
        $put = function (array $found) use (&$values): string {
            $value = array_shift($values);
            return match ($found[0]) {
                '%i' => '`' . $value . '`',
                '%d' => (string) (int) $value,
                default => $this->link->quote((string) $value),
            };
        };
        return (string) preg_replace_callback('/%[isd]/', $put, $sql);
    }

    public function query(string $sql): int|false
    {
        try {
            if ($this->failing !== '' && str_contains($sql, $this->failing)) {
                throw new PDOException('The table is full.');
            }
            $count = $this->run($sql)->rowCount();
            $this->insert_id = str_starts_with($sql, 'INSERT') ? (int) $this->link->lastInsertId() : $this->insert_id;
            return $count;
        } catch (PDOException $problem) {
            $this->last_error = $problem->getMessage();
            return false;
        }
    }

    /**
     * @return list<object>
     */
    public function get_results(string $sql): array
    {
        return $this->run($sql)->fetchAll(PDO::FETCH_OBJ);
    }

    public function get_row(string $sql): ?object
    {
        return $this->get_results($sql)[0] ?? null;
    }

    public function get_var(string $sql): ?string
    {
        $value = $this->run($sql)->fetchColumn();
        return $value === false || $value === null ? null : (string) $value;
    }

    /**
     * @return list<string>
     */
    public function get_col(string $sql): array
    {
        preg_match_all("/LIKE '([^']+)'/", $sql, $likes);
        $regexes = array_map(static fn (string $like): string
            => '/^' . str_replace(['\\_', '%'], ['_', '.*'], $like) . '$/D', $likes[1]);
        return array_values(array_filter(array_keys(WordPress::$options), static fn (string $name): bool
            => array_filter($regexes, static fn (string $regex): bool => preg_match($regex, $name) === 1) !== []));
    }

    public function suppress_errors(bool $suppress): bool
    {
        [$before, $this->suppressed] = [$this->suppressed, $suppress];
        return $before;
    }

    private function run(string $sql): PDOStatement
    {
        // A row's own id is the last one that was inserted.
        $sql = str_replace(['INSERT IGNORE', 'LAST_INSERT_ID('], ['INSERT OR IGNORE', '('], $sql);
        $sql = (string) preg_replace('/ON DUPLICATE KEY UPDATE/', 'ON CONFLICT DO UPDATE SET', $sql);
        $sql = (string) preg_replace('/VALUES\((\w+)\)(?=,|$)/', 'excluded.$1', $sql);
        return $this->link->query($sql);
    }
}
