<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Checkout\Away;
use Cartwright\Checkout\BumpView;

/** Bumps as HTML, and a server that does not answer while a shopper waits. */
final class BumpViewTest extends Stage
{
    private const BUMP = [
        'offer_id' => 3, 'headline' => '<b>Tray</b>', 'description' => 'Of "oak".', 'price_text' => '$7.00',
        'regular_price_text' => '$18.00', 'image' => '', 'accepted' => false,
    ];

    public function testTextOfTheServerIsText(): void
    {
        $html = BumpView::html(self::BUMP);
        self::assertStringContainsString('value="3"', $html);
        self::assertStringContainsString('&lt;b&gt;Tray', $html);
        self::assertStringContainsString('<del>$18.00</del>', $html);
        self::assertStringNotContainsString('checked', $html);
        self::assertStringContainsString(' checked', BumpView::html(['accepted' => true] + self::BUMP));
    }

    public function testWhatIsNoBumpIsNotShown(): void
    {
        self::assertSame('', BumpView::html('bump'));
        self::assertSame('', BumpView::html(['offer_id' => '3"><script>']));
    }

    public function testAServerThatIsAwayIsAskedOnceAndThenLeftAlone(): void
    {
        $this->paired();
        $this->answering(static fn (): array => [500, '<html>']);
        self::assertNull(Away::ask('/storefront/checkout', ['funnel' => 'spring']));
        self::assertNull(Away::ask('/storefront/checkout', ['funnel' => 'spring']));
        self::assertCount(1, $this->received);
    }

    public function testARefusalIsAnAnswer(): void
    {
        $this->paired();
        $this->answering(static fn (): array => self::refusal(422, 'bump_not_eligible'));
        self::assertNull(Away::ask('/storefront/bump', ['offer_id' => 3]));
        self::assertTrue(Away::mayAsk());
    }

    public function testWithoutAServerNothingIsAsked(): void
    {
        $this->answering(static fn (): array => [200, []]);
        self::assertNull(Away::ask('/storefront/balance', []));
        self::assertSame([], $this->received);
    }
}
