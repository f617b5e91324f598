<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Link;

/** The keys shared with the server, and where the server is. */
final class Keys
{
    /** Option that holds them. */
    public const OPTION = 'cartwright_link';
    /** Seconds that a rotated key is still good for, so that nothing under way is refused. */
    public const OVERLAP = 600;

    /** Address of the server without a closing stroke; empty when nothing is paired. */
    public static function server(): string
    {
        if (self::fromConstant() !== null && defined('CARTWRIGHT_SERVER_URL')) {
            return rtrim((string) constant('CARTWRIGHT_SERVER_URL'), '/');
        }
        $server = self::stored()['server'] ?? '';
        return is_string($server) ? $server : '';
    }

    /** Is there a server, a key, and is this the store that they were made for? */
    public static function paired(): bool
    {
        return self::server() !== '' && self::present() !== null && Site::id() !== '';
    }

    /** Does `wp-config.php` name the key? Then it is neither rotated nor revoked from here. */
    public static function fixed(): bool
    {
        return self::fromConstant() !== null;
    }

    /** The key that calls are signed with. */
    public static function present(): ?Key
    {
        $fixed = self::fromConstant();
        if ($fixed !== null) {
            return $fixed;
        }
        foreach (self::all() as $key) {
            if ($key->until === 0) {
                return $key;
            }
        }
        return null;
    }

    /** A key that is good now, by its id. */
    public static function find(string $id): ?Key
    {
        $fixed = self::fromConstant();
        $keys = $fixed !== null ? [$fixed] : self::all();
        $pending = self::pending();
        if ($pending !== null) {
            $keys[] = $pending;
        }
        foreach ($keys as $key) {
            if (hash_equals($key->id, $id) && $key->goodAt(time())) {
                return $key;
            }
        }
        return null;
    }

    /** Paired: `key` is the only one from now on. */
    public static function pair(string $server, Key $key): void
    {
        self::write(rtrim($server, '/'), [$key], null);
    }

    /** Keeps a key that the server is being told of: it may use it before its answer is here. */
    public static function announce(Key $key): void
    {
        self::write(self::server(), self::all(), $key);
    }

    /** The key that the server has been told of without an answer so far. */
    public static function pending(): ?Key
    {
        $pending = self::stored()['pending'] ?? null;
        return is_array($pending) ? self::read($pending) : null;
    }

    /** `key` is the present one from now on; the one before it is good for a while. */
    public static function rotate(Key $key): void
    {
        $kept = [$key];
        foreach (self::all() as $old) {
            if ($old->id !== $key->id) {
                $kept[] = $old->until === 0 ? $old->until(time() + self::OVERLAP) : $old;
            }
        }
        self::write(self::server(), $kept, null);
    }

    /** The rotation came to nothing. */
    public static function dropPending(): void
    {
        self::write(self::server(), self::all(), null);
    }

    /** Revokes every key: nothing is paired any more. */
    public static function forget(): void
    {
        delete_option(self::OPTION);
    }

    /**
     * Keys that are good now, the present one first.
     *
     * @return list<Key>
     */
    private static function all(): array
    {
        $keys = [];
        foreach ((array) (self::stored()['keys'] ?? []) as $stored) {
            $key = is_array($stored) ? self::read($stored) : null;
            if ($key !== null && $key->goodAt(time())) {
                $keys[] = $key;
            }
        }
        return $keys;
    }

    private static function fromConstant(): ?Key
    {
        return defined('CARTWRIGHT_WORDPRESS_KEY') ? Key::fromText((string) constant('CARTWRIGHT_WORDPRESS_KEY')) : null;
    }

    /**
     * @param array<mixed> $stored
     */
    private static function read(array $stored): ?Key
    {
        $key = Key::fromText((string) ($stored['id'] ?? '') . ':' . (string) ($stored['secret'] ?? ''));
        $until = (int) ($stored['until'] ?? 0);
        return $key === null || $until === 0 ? $key : $key->until($until);
    }

    /**
     * @param list<Key> $keys
     */
    private static function write(string $server, array $keys, ?Key $pending): void
    {
        $row = static fn (Key $key): array => [
            'id' => $key->id,
            'secret' => bin2hex($key->secret),
            'until' => $key->until,
        ];
        $link = ['server' => $server, 'keys' => array_map($row, $keys)];
        if ($pending !== null) {
            $link['pending'] = $row($pending);
        }
        update_option(self::OPTION, $link, true);
    }

    /**
     * @return array<mixed>
     */
    private static function stored(): array
    {
        $stored = get_option(self::OPTION);
        return is_array($stored) ? $stored : [];
    }
}
