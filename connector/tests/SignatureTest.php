<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Link\Guard;
use Cartwright\Link\Key;
use Cartwright\Link\Keys;
use Cartwright\Link\Signature;
use Cartwright\Link\Site;

final class SignatureTest extends Stage
{
    private const PATH = '/cartwright/v1/host/order';

    public function testTheTextThatIsSignedIsTheContracts(): void
    {
        $body = '{"id":12}';
        $text = "POST\n/cartwright/v1/events\n1700000000\n" . str_repeat('a', 32) . "\n" . str_repeat('b', 32) . "\n"
            . hash('sha256', $body);
        $expected = hash_hmac('sha256', $text, 'secret');
        $site = str_repeat('b', 32);
        $signed = Signature::of('secret', 'post', '/cartwright/v1/events', 1700000000, str_repeat('a', 32), $site, $body);
        self::assertSame($expected, $signed);
    }

    public function testASignedCallIsLetInOnce(): void
    {
        $key = $this->paired();
        $headers = $this->headers($key, self::PATH, '{}');
        self::assertSame($key->id, Guard::check('POST', self::PATH, $headers, '{}')->id);
        $again = static fn () => Guard::check('POST', self::PATH, $headers, '{}');
        self::assertSame('cartwright_replayed', self::refusedWith($again));
    }

    /**
     * @dataProvider altered
     * @param array<string, string> $changed
     */
    public function testWhatIsAlteredIsRefusedWithItsReason(array $changed, string $path, string $body, string $reason): void
    {
        $key = $this->paired();
        $headers = $changed + $this->headers($key, self::PATH, '{}');
        self::assertSame($reason, self::refusedWith(static fn () => Guard::check('POST', $path, $headers, $body)));
        $sql = 'SELECT COUNT(*) FROM wp_cartwright_nonces';
        self::assertSame('0', $GLOBALS['wpdb']->get_var($sql), 'a refused call leaves nothing behind');
    }

    /**
     * @return array<string, array{array<string, string>, string, string, string}>
     */
    public static function altered(): array
    {
        $signature = 'cartwright_signature';
        return [
            'another body' => [[], self::PATH, '{"id":1}', $signature],
            'another path' => [[], '/cartwright/v1/host/refund', '{}', $signature],
            'another nonce' => [['nonce' => str_repeat('0', 32)], self::PATH, '{}', $signature],
            'a nonce of another form' => [['nonce' => "'; DROP TABLE"], self::PATH, '{}', $signature],
            'no signature' => [['signature' => ''], self::PATH, '{}', $signature],
            'a signature of noughts' => [['signature' => str_repeat('0', 64)], self::PATH, '{}', $signature],
            'a time that is no number' => [['time' => '1e9'], self::PATH, '{}', $signature],
            'a moment later' => [['time' => (string) (time() + 60)], self::PATH, '{}', $signature],
            'an unknown key' => [['key' => 'ffffffffffffffff'], self::PATH, '{}', 'cartwright_key'],
            'no key' => [['key' => ''], self::PATH, '{}', 'cartwright_key'],
            'another store' => [['site' => str_repeat('0', 32)], self::PATH, '{}', 'cartwright_site'],
            'no store' => [['site' => ''], self::PATH, '{}', 'cartwright_site'],
            'a body too large' => [[], self::PATH, str_repeat(' ', Signature::LARGEST + 1), 'cartwright_too_large'],
        ];
    }

    public function testTheClockMayBeFiveMinutesOff(): void
    {
        $key = $this->paired();
        $at = fn (int $seconds): string => self::refusedWith(fn () => Guard::check(
            'POST',
            self::PATH,
            $this->headers($key, self::PATH, '{}', ['time' => (string) (time() + $seconds)]),
            '{}'
        ));
        self::assertSame('', $at(-290));
        self::assertSame('', $at(290));
        self::assertSame('cartwright_clock', $at(-320));
        self::assertSame('cartwright_clock', $at(320));
    }

    public function testACopyOfTheStoreIsNotTheStore(): void
    {
        $key = $this->paired();
        $headers = $this->headers($key, self::PATH, '{}');
        \WordPress::$home = 'https://staging.example';
        self::assertSame('', Site::id());
        self::assertFalse(Keys::paired(), 'a copy keeps silent');
        self::assertSame('cartwright_site', self::refusedWith(static fn () => Guard::check('POST', self::PATH, $headers, '{}')));
        self::assertSame('https://store.example', Site::formerAddress());
        Site::moved();
        self::assertSame($headers['site'], Site::id(), 'the store itself moved: it goes on');
        self::assertTrue(Keys::paired());
    }

    public function testACopyThatSaysSoIsAStoreOfItsOwn(): void
    {
        $this->paired();
        $before = Site::id();
        \WordPress::$home = 'https://staging.example';
        Site::isCopy();
        self::assertNotSame($before, Site::id());
        self::assertFalse(Keys::paired());
    }

    public function testTheSchemeAndACloserOfTheAddressDoNotCount(): void
    {
        self::assertTrue(Site::same('http://Store.example/shop/', 'https://store.example/shop'));
        self::assertTrue(Site::same('https://store.example:443', 'https://store.example'));
        self::assertFalse(Site::same('https://store.example/shop', 'https://store.example'));
        self::assertFalse(Site::same('https://store.example:8443', 'https://store.example'));
    }

    public function testAKeyIsReadAsItStandsInAConstant(): void
    {
        $key = Key::fromText(' 00112233445566AA:' . str_repeat('6b', 32) . "\n");
        self::assertNotNull($key);
        self::assertSame(['00112233445566aa', str_repeat('k', 32)], [$key->id, $key->secret]);
        self::assertNull(Key::fromText('00112233445566aa:6b'));
    }
}
