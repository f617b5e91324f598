<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Failure;
use Cartwright\Link\Endpoint;
use Cartwright\Link\Key;
use Cartwright\Link\Keys;
use Cartwright\Link\Signature;
use Cartwright\Link\Site;
use PHPUnit\Framework\TestCase;

/** A store with nothing in it, and a server that answers what a test wants. */
abstract class Stage extends TestCase
{
    /**
     * What the server was sent.
     *
     * @var list<array{url: string, headers: array<string, string>, body: array<mixed>}>
     */
    protected array $received = [];

    protected function setUp(): void
    {
        \WordPress::reset();
        \Admin::reset();
        $GLOBALS['wpdb'] = new \Database();
        Site::make();
        $this->received = [];
    }

    /** Pairs the store with a server, under a key that is given. */
    protected function paired(): Key
    {
        $key = new Key('00112233445566aa', str_repeat('k', 32));
        Keys::pair('https://server.example', $key);
        return $key;
    }

    /**
     * The server answers so.
     *
     * @param callable(string, array<mixed>): array{int, mixed} $answer gets the route and the body
     */
    protected function answering(callable $answer): void
    {
        \WordPress::$remote = function (string $url, array $request) use ($answer): array {
            $body = json_decode((string) $request['body'], true);
            $this->received[] = ['url' => $url, 'headers' => $request['headers'], 'body' => $body];
            $route = (string) substr($url, (int) strpos($url, Endpoint::NAMESPACE) + strlen(Endpoint::NAMESPACE));
            [$status, $content] = $answer($route, $body);
            return ['status' => $status, 'body' => is_string($content) ? $content : json_encode($content)];
        };
    }

    /** A refusal as the server writes it. */
    protected static function refusal(int $status, string $code): array
    {
        return [$status, ['code' => $code, 'message' => "refused: $code", 'data' => ['status' => $status]]];
    }

    /**
     * Headers of a call that the server signs, with some of them changed.
     *
     * @param array<string, string> $changed
     * @return array<string, string>
     */
    protected function headers(Key $key, string $path, string $body, array $changed = []): array
    {
        $values = $changed + [
            'key' => $key->id,
            'site' => Site::id(),
            'time' => (string) time(),
            'nonce' => bin2hex(random_bytes(16)),
        ];
        $signed = Signature::of($key->secret, 'POST', $path, (int) $values['time'], $values['nonce'], $values['site'], $body);
        return $values + ['signature' => $signed];
    }

    /** Does `work` and tells the code it is refused with; empty when it is not. */
    protected static function refusedWith(callable $work): string
    {
        try {
            $work();
        } catch (Failure $failure) {
            return $failure->reason;
        }
        return '';
    }
}
