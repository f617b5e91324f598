<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Link;

use Cartwright\Failure;

/** Store and server come to know each other: a code made on one side, typed on the other. */
final class Pairing
{
    /** Option that holds the code that was made here. */
    public const OPTION = 'cartwright_code';
    /** Option that counts wrong codes. */
    public const WRONG_OPTION = 'cartwright_wrong_codes';
    /** Option that holds the server that the store was paired with last. */
    public const LAST_OPTION = 'cartwright_last_server';
    /** Option that holds the constants that the store was paired by last: key id and server. */
    public const FIXED_OPTION = 'cartwright_fixed';
    /** Seconds that a code is good for. */
    public const GOOD_FOR = 900;
    /** So many wrong codes close pairing for a while. */
    public const MOST_WRONG = 10;

    /** Makes a code to be typed on the server. One made before is void. */
    public static function make(): Code
    {
        self::mustBeUnpaired();
        Site::make();
        $code = Code::make(Site::address());
        update_option(self::OPTION, ['bytes' => bin2hex($code->bytes), 'until' => time() + self::GOOD_FOR], false);
        return $code;
    }

    /** The code that was made here and is good now, with the moment until which it is. */
    public static function made(): ?Code
    {
        $stored = get_option(self::OPTION);
        if (!is_array($stored) || (int) ($stored['until'] ?? 0) < time()) {
            return null;
        }
        $bytes = (string) hex2bin((string) ($stored['bytes'] ?? ''));
        return strlen($bytes) === 32 ? new Code(Site::address(), $bytes) : null;
    }

    /**
     * The server has been given a code that was made here.
     *
     * @param array<mixed> $body
     * @return array<string, string>
     */
    public static function answer(array $body): array
    {
        if (self::isClosed()) {
            $message = 'Too many wrong codes. Wait a quarter of an hour, make a new code and try again.';
            throw new Failure('cartwright_too_many', $message, 429);
        }
        $address = rtrim(self::text($body, 'address'), '/');
        $nonce = self::text($body, 'nonce');
        $code = self::made();
        $proof = $code?->proof(self::text($body, 'site'), self::text($body, 'address'), $nonce) ?? '';
        if ($code === null || !hash_equals($proof, self::text($body, 'proof'))) {
            self::countWrong();
            $message = 'This code is not good, or not any more. Make a new one in the store.';
            throw new Failure('cartwright_code', $message, 403);
        }
        if (preg_match('/^[0-9a-f]{32}$/D', $nonce) !== 1 || preg_match('#^https?://\S+$#Di', $address) !== 1) {
            throw Failure::invalid('address', 'Give the address at which the store reaches the server.');
        }
        // Whoever takes the code away is the one who is paired, should two call at one time.
        if (!delete_option(self::OPTION)) {
            throw new Failure('cartwright_code', 'This code was used already. Make a new one in the store.', 403);
        }
        $own = bin2hex(random_bytes(16));
        $id = bin2hex(random_bytes(8));
        self::forgetOther($address);
        Keys::pair($address, $code->key($nonce, $own, $id));
        delete_option(self::WRONG_OPTION);
        do_action('cartwright/paired');
        return [
            'site' => Site::id(),
            'address' => Site::address(),
            'nonce' => $own,
            'key' => $id,
            'proof' => $code->answer($nonce, $own, $id, Site::id()),
        ];
    }

    /** A code that was made on the server was typed here. */
    public static function typed(string $text): void
    {
        self::mustBeUnpaired();
        $code = Code::parse($text);
        if ($code === null) {
            $message = __('This is not a Cartwright code. Copy the whole code, from “cw1.” to its end.', 'cartwright');
            throw new Failure('cartwright_code', $message, 400);
        }
        Site::make();
        $nonce = bin2hex(random_bytes(16));
        $answer = Server::unsigned($code->address, '/pair', [
            'site' => Site::id(),
            'address' => Site::address(),
            'nonce' => $nonce,
            'proof' => $code->proof(Site::id(), Site::address(), $nonce),
        ]);
        $own = self::text($answer, 'nonce');
        $id = self::text($answer, 'key');
        $expected = $code->answer($nonce, $own, $id, Site::id());
        if (
            preg_match('/^[0-9a-f]{16}$/D', $id) !== 1
            || !hash_equals(Site::id(), self::text($answer, 'site'))
            || !hash_equals($expected, self::text($answer, 'proof'))
        ) {
            $message = __('The server at that address could not prove that it made the code.', 'cartwright');
            throw new Failure('cartwright_code', $message, 502);
        }
        self::forgetOther($code->address);
        Keys::pair($code->address, $code->key($nonce, $own, $id));
        do_action('cartwright/paired');
    }

    /**
     * Paired by the constants, or by others than before: nobody types a code, so it is noticed here. Costs nothing where
     * nothing has changed.
     */
    public static function notice(): void
    {
        if (!Keys::fixed() || !Keys::paired()) {
            return;
        }
        $constants = Keys::present()?->id . ' ' . Keys::server();
        if (get_option(self::FIXED_OPTION) === $constants) {
            return;
        }
        self::forgetOther(Keys::server());
        update_option(self::FIXED_OPTION, $constants, true);
        do_action('cartwright/paired');
    }

    /** What waits for another server is not for this one. */
    private static function forgetOther(string $address): void
    {
        $last = (string) get_option(self::LAST_OPTION, '');
        if ($last !== '' && !Site::same($last, $address)) {
            do_action('cartwright/other_server');
        }
        update_option(self::LAST_OPTION, $address, false);
        delete_option(Link::SERVER_OPTION);
        delete_option(self::FIXED_OPTION);
    }

    private static function mustBeUnpaired(): void
    {
        if (Keys::fixed()) {
            $message = __('The connection is set in wp-config.php and can only be changed there.', 'cartwright');
            throw new Failure('cartwright_fixed', $message, 409);
        }
        if (Keys::paired()) {
            throw new Failure('cartwright_paired', __('Disconnect the present server first.', 'cartwright'), 409);
        }
        if (Site::formerAddress() !== '') {
            $message = __('First say whether this store has moved or is a copy.', 'cartwright');
            throw new Failure('cartwright_site', $message, 409);
        }
    }

    private static function isClosed(): bool
    {
        $wrong = get_option(self::WRONG_OPTION);
        return is_array($wrong)
            && (int) ($wrong['count'] ?? 0) >= self::MOST_WRONG
            && (int) ($wrong['until'] ?? 0) >= time();
    }

    private static function countWrong(): void
    {
        $wrong = get_option(self::WRONG_OPTION);
        $counting = is_array($wrong) && (int) ($wrong['until'] ?? 0) >= time();
        $count = $counting ? (int) ($wrong['count'] ?? 0) : 0;
        update_option(self::WRONG_OPTION, ['count' => $count + 1, 'until' => time() + self::GOOD_FOR], false);
    }

    /**
     * @param array<mixed> $body
     */
    private static function text(array $body, string $name): string
    {
        $value = $body[$name] ?? '';
        return is_string($value) ? $value : '';
    }
}
