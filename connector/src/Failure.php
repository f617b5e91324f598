<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright;

/** Something that cannot be done, as the other side is told: a code, a sentence, a status and what belongs to it. */
final class Failure extends \RuntimeException
{
    /**
     * @param array<string, mixed> $data
     */
    public function __construct(
        public readonly string $reason,
        string $message,
        public readonly int $status,
        public readonly array $data = []
    ) {
        parent::__construct($message, $status);
    }

    /** 400: a field is not as it must be. */
    public static function invalid(string $field, string $problem): self
    {
        return new self('rest_invalid_param', "Invalid parameter(s): $field", 400, ['params' => [$field => $problem]]);
    }

    /** 404. */
    public static function notFound(string $noun): self
    {
        return new self('rest_not_found', "There is no such $noun.", 404);
    }

    /**
     * 409.
     *
     * @param array<string, mixed> $data
     */
    public static function conflict(string $reason, string $message, array $data = []): self
    {
        return new self($reason, $message, 409, $data);
    }

    /** 422: well formed, refused by a rule; the sentence is for a shopper. */
    public static function refused(string $reason, string $message): self
    {
        return new self($reason, $message, 422);
    }

    /** As WordPress's REST answers. */
    public function forRest(): \WP_Error
    {
        return new \WP_Error($this->reason, $this->getMessage(), ['status' => $this->status] + $this->data);
    }
}
