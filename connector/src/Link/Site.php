<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Link;

/**
 * The store's id, bound to the store's address. A copy of the database under another address has the id and is not the
 * store: it keeps silent until its owner says what it is.
 */
final class Site
{
    /** Option that holds the id and the address. */
    public const OPTION = 'cartwright_site';

    /** Makes the id where there is none yet. */
    public static function make(): void
    {
        if (self::stored() === null) {
            self::store(bin2hex(random_bytes(16)));
        }
    }

    /** The id; empty when this is not the address it was made for. */
    public static function id(): string
    {
        $stored = self::stored();
        return $stored !== null && self::same($stored['address'], self::address()) ? $stored['id'] : '';
    }

    /**
     * The address of this WordPress now, as it is kept: `home_url()` is another in each language where a plugin translates
     * the store, and the store is one. The scheme is the request's, as there.
     */
    public static function address(): string
    {
        $address = untrailingslashit((string) get_option('home'));
        return is_ssl() ? (string) preg_replace('#^http://#i', 'https://', $address) : $address;
    }

    /** The address the id was made for, when it is another than the present one, else empty. */
    public static function formerAddress(): string
    {
        $stored = self::stored();
        return $stored === null || self::same($stored['address'], self::address()) ? '' : $stored['address'];
    }

    /** The store itself has moved: the id now belongs to the present address. */
    public static function moved(): void
    {
        $stored = self::stored();
        self::store($stored['id'] ?? bin2hex(random_bytes(16)));
    }

    /** This is a copy: it becomes a store of its own, paired with nothing. */
    public static function isCopy(): void
    {
        Keys::forget();
        self::store(bin2hex(random_bytes(16)));
    }

    /** Are these one address? Scheme, case of the host and a closing stroke do not count. */
    public static function same(string $one, string $other): bool
    {
        return self::normal($one) === self::normal($other);
    }

    private static function normal(string $address): string
    {
        $parts = parse_url(trim($address));
        if (!is_array($parts) || !isset($parts['host'])) {
            return '';
        }
        $port = (int) ($parts['port'] ?? 0);
        $port = in_array($port, [0, 80, 443], true) ? '' : ':' . $port;
        return strtolower($parts['host']) . $port . rtrim($parts['path'] ?? '', '/');
    }

    private static function store(string $id): void
    {
        update_option(self::OPTION, ['id' => $id, 'address' => self::address()], true);
    }

    /**
     * @return array{id: string, address: string}|null
     */
    private static function stored(): ?array
    {
        $stored = get_option(self::OPTION);
        if (!is_array($stored) || !is_string($stored['id'] ?? null) || !is_string($stored['address'] ?? null)) {
            return null;
        }
        return ['id' => $stored['id'], 'address' => $stored['address']];
    }
}
