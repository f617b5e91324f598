<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Link;

/** A key that both sides hold. */
final class Key
{
    /**
     * @param string $id     16 hexadecimal digits.
     * @param string $secret 32 bytes.
     * @param int    $until  Good until then (seconds since 1970); 0 for as long as it is not revoked.
     */
    public function __construct(
        public readonly string $id,
        public readonly string $secret,
        public readonly int $until = 0
    ) {
    }

    /** Reads `key id:64 hexadecimal digits`, as it stands in a constant. */
    public static function fromText(string $text): ?self
    {
        if (preg_match('/^([0-9a-f]{16}):([0-9a-f]{64})$/D', strtolower(trim($text)), $found) !== 1) {
            return null;
        }
        return new self($found[1], (string) hex2bin($found[2]));
    }

    /** The key that follows this one, by rotation. */
    public function next(string $id, string $nonce): self
    {
        return new self($id, hash_hmac('sha256', "rotate\n$nonce\n$id", $this->secret, true));
    }

    /** The same key, good until `moment` only. */
    public function until(int $moment): self
    {
        return new self($this->id, $this->secret, $moment);
    }

    /** Still good at `moment`? */
    public function goodAt(int $moment): bool
    {
        return $this->until === 0 || $this->until >= $moment;
    }
}
