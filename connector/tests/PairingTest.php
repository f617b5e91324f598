<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Link\Code;
use Cartwright\Link\Guard;
use Cartwright\Link\Keys;
use Cartwright\Link\Pairing;
use Cartwright\Link\Rotation;
use Cartwright\Link\Site;

final class PairingTest extends Stage
{
    private const SERVER = 'https://server.example';

    /**
     * @return array{site: string, address: string, nonce: string, proof: string}
     */
    private static function request(Code $code): array
    {
        $nonce = str_repeat('1', 32);
        return [
            'site' => '',
            'address' => self::SERVER,
            'nonce' => $nonce,
            'proof' => $code->proof('', self::SERVER, $nonce),
        ];
    }

    public function testACodeMadeHereIsGoodOnce(): void
    {
        $code = Code::parse(Pairing::make()->text());
        self::assertNotNull($code);
        self::assertSame('https://store.example', $code->address);
        $request = self::request($code);
        $answer = Pairing::answer($request);
        $proof = $code->answer($request['nonce'], $answer['nonce'], $answer['key'], Site::id());
        self::assertSame($proof, $answer['proof']);
        $key = $code->key($request['nonce'], $answer['nonce'], $answer['key']);
        self::assertSame([$key->id, $key->secret], [Keys::present()?->id, Keys::present()?->secret]);
        self::assertSame(self::SERVER, Keys::server());
        self::assertStringNotContainsString(bin2hex($key->secret), (string) json_encode($answer), 'it never travels');
        self::assertContains('cartwright/paired', \WordPress::$done);
        self::assertSame('cartwright_code', self::refusedWith(static fn () => Pairing::answer($request)));
    }

    public function testACodeGrowsOld(): void
    {
        $code = Pairing::make();
        \WordPress::$options[Pairing::OPTION]['until'] = time() - 1;
        self::assertSame('cartwright_code', self::refusedWith(static fn () => Pairing::answer(self::request($code))));
        self::assertFalse(Keys::paired());
    }

    public function testTenWrongCodesCloseTheDoorEvenToTheRightOne(): void
    {
        $code = Pairing::make();
        for ($try = 0; $try < Pairing::MOST_WRONG; $try++) {
            $wrong = static fn () => Pairing::answer(self::request(Code::make('https://store.example')));
            self::assertSame('cartwright_code', self::refusedWith($wrong));
        }
        self::assertSame('cartwright_too_many', self::refusedWith(static fn () => Pairing::answer(self::request($code))));
        \WordPress::$options[Pairing::WRONG_OPTION]['until'] = time() - 1;
        self::assertSame('', self::refusedWith(static fn () => Pairing::answer(self::request($code))));
    }

    public function testACodeTypedHere(): void
    {
        $code = Code::make(self::SERVER);
        $this->answering(static function (string $route, array $body) use ($code): array {
            self::assertSame('/pair', $route);
            self::assertSame($code->proof($body['site'], $body['address'], $body['nonce']), $body['proof']);
            $own = str_repeat('2', 32);
            $id = 'aabbccddeeff0011';
            return [200, [
                'site' => $body['site'], 'address' => self::SERVER, 'nonce' => $own, 'key' => $id,
                'proof' => $code->answer($body['nonce'], $own, $id, $body['site']),
            ]];
        });
        Pairing::typed(" \n" . $code->text());
        $nonce = $this->received[0]['body']['nonce'];
        $expected = $code->key($nonce, str_repeat('2', 32), 'aabbccddeeff0011');
        self::assertSame($expected->secret, Keys::present()?->secret);
    }

    public function testAServerThatDoesNotKnowTheCodeIsNotBelieved(): void
    {
        $answer = ['site' => Site::id(), 'address' => '', 'nonce' => '', 'key' => 'aabbccddeeff0011', 'proof' => ''];
        $this->answering(static fn (): array => [200, $answer]);
        $typed = static fn () => Pairing::typed(Code::make(self::SERVER)->text());
        self::assertSame('cartwright_code', self::refusedWith($typed));
        self::assertFalse(Keys::paired());
    }

    /**
     * @dataProvider nonsense
     */
    public function testWhatIsNoCodeIsCalledNone(string $text): void
    {
        self::assertSame('cartwright_code', self::refusedWith(static fn () => Pairing::typed($text)));
    }

    /**
     * @return array<string, array{string}>
     */
    public static function nonsense(): array
    {
        $bytes = rtrim(strtr(base64_encode(str_repeat('x', 32)), '+/', '-_'), '=');
        return [
            'nothing' => [''],
            'a word' => ['hello'],
            'another version' => ['cw2.aHR0cHM6Ly9hLmI.' . $bytes],
            'half of it' => ['cw1.aHR0cHM6Ly9hLmI'],
            'too few bytes' => ['cw1.aHR0cHM6Ly9hLmI.eHg'],
            'no address' => ['cw1.' . base64_encode('file:///etc/passwd') . '.' . $bytes],
        ];
    }

    public function testTheServerRotatesWithoutAGap(): void
    {
        $old = $this->paired();
        $body = ['key' => 'aabbccddeeff0011', 'nonce' => str_repeat('3', 32)];
        self::assertSame(['key' => $body['key']], Rotation::answer($body, $old->id));
        $new = Keys::present();
        self::assertSame($old->next($body['key'], $body['nonce'])->secret, $new?->secret);
        self::assertNotNull(Keys::find($old->id), 'what is under way is not refused');
        self::assertSame(['key' => $body['key']], Rotation::answer($body, $old->id), 'the answer was lost: the same again');
        $other = ['key' => 'ffffccddeeff0011', 'nonce' => str_repeat('4', 32)];
        self::assertSame('cartwright_key', self::refusedWith(static fn () => Rotation::answer($other, $old->id)));
        \WordPress::$options[Keys::OPTION]['keys'][1]['until'] = time() - 1;
        self::assertNull(Keys::find($old->id), 'after ten minutes it is good no more');
    }

    public function testTheStoreRotatesThoughTheAnswerIsLost(): void
    {
        $old = $this->paired();
        $this->answering(static fn (): array => [502, 'bad gateway']);
        self::assertSame('cartwright_unreachable', self::refusedWith(static fn () => Rotation::begin()));
        self::assertSame($old->id, Keys::present()?->id);
        $pending = Keys::pending();
        self::assertNotNull($pending);
        $path = '/cartwright/v1/hello';
        $used = Guard::check('POST', $path, $this->headers($pending, $path, '{}'), '{}');
        Rotation::used($used);
        self::assertSame($pending->id, Keys::present()?->id, 'the server has signed with it');
        self::assertNull(Keys::pending());
    }

    public function testTheServerIsAskedWhetherItHasTheNewKey(): void
    {
        $old = $this->paired();
        $this->answering(static fn (): array => [502, 'bad gateway']);
        self::refusedWith(static fn () => Rotation::begin());
        $this->answering(static fn (): array => self::refusal(401, 'cartwright_key'));
        Rotation::settle();
        self::assertNull(Keys::pending(), 'it does not');
        self::assertSame($old->id, Keys::present()?->id);
    }

    public function testRevokingEndsItEvenWhenTheServerIsNotThere(): void
    {
        $this->paired();
        Rotation::revoke();
        self::assertFalse(Keys::paired());
        $this->paired();
        self::assertSame(['revoked' => true], Rotation::answer(['revoke' => true], '00112233445566aa'));
        self::assertFalse(Keys::paired());
    }

    /**
     * @runInSeparateProcess
     * @preserveGlobalState disabled
     */
    public function testPairingByTheConstantsIsNoticedOnce(): void
    {
        define('CARTWRIGHT_SERVER_URL', self::SERVER . '/');
        define('CARTWRIGHT_WORDPRESS_KEY', '00112233445566aa:' . str_repeat('ab', 32));
        $noticed = static function (): array {
            \WordPress::$done = [];
            Pairing::notice();
            return \WordPress::$done;
        };
        self::assertSame(['cartwright/paired'], $noticed());
        self::assertSame([], $noticed());
        // They were others before: another key, then another server.
        \WordPress::$options[Pairing::FIXED_OPTION] = 'ffff2233445566aa ' . self::SERVER;
        self::assertSame(['cartwright/paired'], $noticed());
        \WordPress::$options[Pairing::FIXED_OPTION] = '00112233445566aa https://other.example';
        \WordPress::$options[Pairing::LAST_OPTION] = 'https://other.example';
        self::assertSame(['cartwright/other_server', 'cartwright/paired'], $noticed());
        \WordPress::$home = 'https://copy.example';
        \WordPress::$options[Pairing::FIXED_OPTION] = '';
        self::assertSame([], $noticed(), 'a copied store is paired with nobody');
    }

    public function testWithoutConstantsThereIsNothingToNotice(): void
    {
        $this->paired();
        Pairing::notice();
        self::assertSame([], \WordPress::$done);
    }

    public function testOneServerAtATime(): void
    {
        $this->paired();
        self::assertSame('cartwright_paired', self::refusedWith(static fn () => Pairing::make()));
        $typed = static fn () => Pairing::typed(Code::make('https://other.example')->text());
        self::assertSame('cartwright_paired', self::refusedWith($typed));
    }
}
