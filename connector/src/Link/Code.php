<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Link;

/** A pairing code: `cw1.` and where it was made and 32 random bytes. */
final class Code
{
    /**
     * @param string $address Address of the side that made it.
     * @param string $bytes   Its 32 bytes.
     */
    public function __construct(public readonly string $address, public readonly string $bytes)
    {
    }

    /** Makes one for `address`. */
    public static function make(string $address): self
    {
        return new self($address, random_bytes(32));
    }

    /** Reads one that somebody typed or pasted, with blanks and line breaks around or within it. */
    public static function parse(string $text): ?self
    {
        $parts = explode('.', (string) preg_replace('/\s+/', '', $text));
        if (count($parts) !== 3 || $parts[0] !== 'cw1') {
            return null;
        }
        $address = self::decode($parts[1]);
        $bytes = self::decode($parts[2]);
        if (preg_match('#^https?://[^/\s?\#]+[^\s?\#]*$#Di', $address) !== 1 || strlen($bytes) !== 32) {
            return null;
        }
        return new self(rtrim($address, '/'), $bytes);
    }

    /** As it is read out and typed. */
    public function text(): string
    {
        return 'cw1.' . self::encode($this->address) . '.' . self::encode($this->bytes);
    }

    /** What the calling side proves with that it knows the code. */
    public function proof(string $site, string $address, string $nonce): string
    {
        return hash_hmac('sha256', "pair\n$site\n$address\n$nonce", $this->bytes);
    }

    /** What the answering side proves with that it knows the code. */
    public function answer(string $callerNonce, string $ownNonce, string $key, string $site): string
    {
        return hash_hmac('sha256', "paired\n$callerNonce\n$ownNonce\n$key\n$site", $this->bytes);
    }

    /** The key that both sides come to. */
    public function key(string $callerNonce, string $ownNonce, string $id): Key
    {
        return new Key($id, hash_hmac('sha256', "secret\n$callerNonce\n$ownNonce\n$id", $this->bytes, true));
    }

    private static function encode(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }

    private static function decode(string $text): string
    {
        return (string) base64_decode(strtr($text, '-_', '+/'), true);
    }
}
