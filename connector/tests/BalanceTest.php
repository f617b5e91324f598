<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Shortcodes\Balance;

final class BalanceTest extends Stage
{
    protected function setUp(): void
    {
        parent::setUp();
        (new Balance())->register();
        do_action('init');
        $this->paired();
    }

    /** What a page shows in place of the shortcode, and in place of the block: the same. */
    private static function shown(): string
    {
        $html = (\WordPress::$shortcodes['oloyalty_balance'])('', null, 'oloyalty_balance');
        // A server that did not answer is left alone for a while: the block is on a page of its own.
        delete_transient('cartwright_away');
        self::assertSame($html, (\WordPress::$blocks['oloyalty/balance']['render_callback'])([], '', null));
        return $html;
    }

    private static function logIn(): void
    {
        [\Admin::$user->ID, \Admin::$user->user_login, \Admin::$user->user_email] = [5, 'ada', 'ada@example.com'];
        [\Admin::$user->display_name, \Admin::$user->can] = ['Ada', ['ocart_manage']];
    }

    /**
     * The server tells of a member so.
     *
     * @param array<string, mixed> $told
     */
    private function telling(array $told): void
    {
        $this->answering(static fn (): array => [200, $told + [
            'member' => true, 'points' => 1250, 'points_text' => '1,250', 'worth' => '12.50', 'worth_text' => '$12.50',
            'tier' => 'gold', 'tier_name' => 'Gold', 'next_tier' => null, 'missing' => null,
        ]]);
    }

    public function testWhoIsLoggedInSeesHisPoints(): void
    {
        self::logIn();
        $this->telling([]);
        self::assertSame(
            '<p class="oloyalty-balance"><strong>1,250</strong> points <span class="oloyalty-worth">($12.50)</span>'
                . ' <span class="oloyalty-tier">Gold</span></p>',
            self::shown()
        );
        self::assertStringEndsWith('/storefront/balance', $this->received[0]['url']);
        $user = ['id' => 5, 'login' => 'ada', 'email' => 'ada@example.com', 'display_name' => 'Ada', 'capabilities' => []];
        self::assertSame(['user' => $user], $this->received[0]['body'], 'a page needs none of his rights');
    }

    public function testAGuestSeesNothingAndTheServerIsNotAsked(): void
    {
        $this->telling([]);
        self::assertSame('', self::shown());
        self::assertSame([], $this->received);
    }

    public function testWhoIsNoMemberSeesNothing(): void
    {
        self::logIn();
        $this->telling(['member' => false]);
        self::assertSame('', self::shown());
        $this->telling(['member' => 'yes']);
        self::assertSame('', self::shown());
    }

    /**
     * @dataProvider troubles
     */
    public function testAServerThatIsAwayLeavesThePageAsItIs(int $status, string $body): void
    {
        self::logIn();
        $this->answering(static fn (): array => [$status, $body]);
        self::assertSame('', self::shown());
    }

    /**
     * @return array<string, array{int, string}>
     */
    public static function troubles(): array
    {
        return [
            'a gateway' => [504, 'Gateway Time-out'],
            'a refusal' => [422, '{"code": "no", "message": "<b>no</b>"}'],
            'half of it' => [200, '{"member": tr'],
            'a list' => [200, '[]'],
        ];
    }

    public function testWithoutAServerThereIsNothingToSee(): void
    {
        self::logIn();
        \WordPress::$options = [];
        self::assertSame('', self::shown());
    }

    public function testWhatTheServerTellsIsTextAndNothingElse(): void
    {
        self::logIn();
        $this->telling(['points_text' => '<script>1</script>', 'worth_text' => '"><img src=x>', 'tier_name' => "O'Hara & <b>"]);
        $html = self::shown();
        self::assertStringContainsString('<strong>&lt;script&gt;1&lt;/script&gt;</strong> points', $html);
        self::assertStringContainsString('(&quot;&gt;&lt;img src=x&gt;)', $html);
        self::assertStringContainsString('O&#039;Hara &amp; &lt;b&gt;', $html);
        self::assertSame(4, preg_match_all('/<[a-z]/', $html), 'a paragraph, a number, two parts');
        $this->telling(['points_text' => ['a'], 'worth_text' => null, 'tier_name' => 7]);
        self::assertStringContainsString('<strong></strong> points', self::shown());
    }

    public function testTheEditorShowsTheBlockAsThePageDoes(): void
    {
        $block = \WordPress::$blocks['oloyalty/balance'];
        self::assertSame(['cartwright-balance-block'], $block['editor_script_handles']);
        $script = \WordPress::$scripts['cartwright-balance-block'];
        self::assertStringEndsWith('/assets/balance-block.js', $script['address']);
        $code = (string) file_get_contents(dirname(__DIR__) . '/assets/balance-block.js');
        self::assertStringContainsString("registerBlockType('" . Balance::BLOCK . "'", $code);
        self::assertStringContainsString("block: '" . Balance::BLOCK . "'", $code);
        self::assertStringContainsString('save: function () { return null; }', $code, 'nothing is kept in the page');
        // Everything of WordPress's that it takes is loaded before it.
        preg_match_all('/window\.wp\.(\w+)/', $code, $taken);
        $names = array_map(static fn (string $name): string => 'wp-' . strtolower(preg_replace('/([A-Z])/', '-$1', $name)), $taken[1]);
        sort($names);
        $needs = $script['needs'];
        sort($needs);
        self::assertSame($needs, $names);
    }
}
