<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Host\CartTokens;

final class CartTokensTest extends Stage
{
    public function testRequestsOfOneSessionComeToOneToken(): void
    {
        $first = CartTokens::make('t_1f', 0);
        CartTokens::countOrder($first);
        self::assertSame($first, CartTokens::of('t_1f'));
        self::assertSame($first, CartTokens::make('t_1f', 7));
        self::assertSame(['session_key' => 't_1f', 'customer_id' => 7, 'orders' => 1], CartTokens::find($first));
    }

    public function testATokenTellsNothingOfItsSession(): void
    {
        $tokens = array_map([CartTokens::class, 'of'], ['1', '2', 't_1', 't_2']);
        self::assertCount(4, array_unique($tokens));
        self::assertMatchesRegularExpression('/^[0-9a-f]{32}$/D', $tokens[0]);
        $GLOBALS['salt'] = ' of another store';
        self::assertNotSame($tokens[0], CartTokens::of('1'));
        unset($GLOBALS['salt']);
    }
}
