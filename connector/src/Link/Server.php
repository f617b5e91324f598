<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Link;

use Cartwright\Failure;

/** Calls to the server. */
final class Server
{
    /** Seconds that a call waits, where nothing else is said. */
    public const PATIENCE = 10.0;

    /**
     * A signed call: `post('/events', […])`.
     *
     * @param array<mixed> $body
     * @return array<mixed> what the server answered
     *
     * @throws Failure with the server's code, sentence and status when it refuses; status 502 and code
     *                 `cartwright_unreachable` when there was no proper answer.
     */
    public static function post(string $route, array $body, float $patience = self::PATIENCE): array
    {
        $key = Keys::present();
        if (!Keys::paired() || $key === null) {
            throw new Failure('cartwright_unpaired', __('The store is not connected with a server.', 'cartwright'), 409);
        }
        try {
            return self::signed($key, $route, $body, $patience);
        } catch (Failure $failure) {
            $pending = Keys::pending();
            if ($failure->reason !== 'cartwright_key' || $pending === null) {
                throw $failure;
            }
            // The answer to a rotation was lost and the old key's time is over.
            $answer = self::signed($pending, $route, $body, $patience);
            Keys::rotate($pending);
            return $answer;
        }
    }

    /** Does the server take this key? Asked of one that it was told of without an answer; null when it does not say. */
    public static function takes(Key $key): ?bool
    {
        try {
            self::signed($key, '/hello', Link::hello(), self::PATIENCE);
            return true;
        } catch (Failure $failure) {
            return $failure->reason === 'cartwright_key' ? false : null;
        }
    }

    /**
     * A call without a signature, for pairing.
     *
     * @param array<mixed> $body
     * @return array<mixed>
     */
    public static function unsigned(string $server, string $route, array $body): array
    {
        return self::send(rtrim($server, '/'), $route, self::encode($body), [], self::PATIENCE);
    }

    /**
     * @param array<mixed> $body
     * @return array<mixed>
     */
    private static function signed(Key $key, string $route, array $body, float $patience): array
    {
        $text = self::encode($body);
        $path = '/' . Endpoint::NAMESPACE . $route;
        return self::send(Keys::server(), $route, $text, Signature::headers($key, $path, Site::id(), $text), $patience);
    }

    /**
     * @param array<mixed> $body
     */
    private static function encode(array $body): string
    {
        $flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE;
        return (string) json_encode($body === [] ? new \stdClass() : $body, $flags);
    }

    /**
     * @param array<string, string> $headers
     * @return array<mixed>
     */
    private static function send(string $server, string $route, string $body, array $headers, float $patience): array
    {
        $answer = wp_remote_post($server . '/wp-json/' . Endpoint::NAMESPACE . $route, [
            'body' => $body,
            'headers' => $headers + ['Content-Type' => 'application/json', 'Accept' => 'application/json'],
            'timeout' => $patience,
            'redirection' => 0,
            'user-agent' => 'Cartwright/' . CARTWRIGHT_VERSION,
            'limit_response_size' => 4 * Signature::LARGEST,
        ]);
        if (is_wp_error($answer)) {
            $sentence = sprintf(
                /* translators: 1: an address, 2: a technical reason */
                __('The server at %1$s does not answer: %2$s', 'cartwright'),
                $server,
                $answer->get_error_message()
            );
            throw new Failure('cartwright_unreachable', $sentence, 502);
        }
        $status = (int) wp_remote_retrieve_response_code($answer);
        $read = json_decode((string) wp_remote_retrieve_body($answer), true);
        if ($status >= 200 && $status < 300 && is_array($read)) {
            return $read;
        }
        if (is_array($read) && is_string($read['code'] ?? null) && is_string($read['message'] ?? null)) {
            $data = is_array($read['data'] ?? null) ? $read['data'] : [];
            throw new Failure($read['code'], $read['message'], $status, $data);
        }
        $sentence = sprintf(
            /* translators: %d: an HTTP status */
            __('The server did not answer as expected (status %d).', 'cartwright'),
            $status
        );
        throw new Failure('cartwright_unreachable', $sentence, 502);
    }
}
