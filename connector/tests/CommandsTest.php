<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Cli\Commands;

final class CommandsTest extends Stage
{
    protected function setUp(): void
    {
        parent::setUp();
        (new Commands())->register();
        do_action('cli_init');
    }

    /**
     * @param list<string> $words
     * @param array<string, mixed> $options
     */
    private static function typed(string $family, array $words, array $options = []): void
    {
        (\WP_CLI::$commands[$family])($words, $options);
    }

    public function testTheFamiliesAreThere(): void
    {
        self::assertSame(['ocart', 'oloyalty', 'cartbay'], array_keys(\WP_CLI::$commands));
    }

    public function testWordsAndOptionsGoAsTheyWereTyped(): void
    {
        $words = Commands::arguments('oloyalty', ['points', 'adjust', '42', '+500'], ['reason' => 'a gift', 'porcelain' => true]);
        self::assertSame(['oloyalty', 'points', 'adjust', '42', '+500', '--reason=a gift', '--porcelain'], $words);
        \WP_CLI::$quiet = true;
        self::assertSame(['ocart', '--no-color', '--quiet'], Commands::arguments('ocart', [], ['color' => false]));
    }

    public function testItEndsAsItEndedThere(): void
    {
        $this->paired();
        $this->answering(static fn (): array => [200, ['stdout' => '', 'stderr' => '', 'exit_code' => 3]]);
        self::typed('ocart', ['cart', 'list']);
        self::assertSame(3, \WP_CLI::$ended);
        self::assertSame(0, $this->received[0]['body']['user']['id'], 'nobody was named: whoever works at the machine');
        \Admin::$user->ID = 5;
        \Admin::$user->user_login = 'ada';
        \Admin::$user->can = ['ocart_manage'];
        self::typed('ocart', ['cart', 'list']);
        self::assertSame('ada', $this->received[1]['body']['user']['login']);
        self::assertSame(['ocart_manage'], $this->received[1]['body']['user']['capabilities']);
    }

    public function testWithoutAServerItFails(): void
    {
        $file = tempnam(sys_get_temp_dir(), 'cartwright');
        $code = 'namespace PHPUnit\Framework { abstract class TestCase {} } namespace { require "' . __DIR__ . '/bootstrap.php";'
            . 'Admin::reset(); Cartwright\Cli\Commands::run("ocart", [], []); exit(WP_CLI::$ended); }';
        exec('php -r ' . escapeshellarg($code) . ' 2>' . escapeshellarg($file), $printed, $ended);
        self::assertSame([[], 1], [$printed, $ended]);
        self::assertStringStartsWith("Error: The store is not connected", (string) file_get_contents($file));
        unlink($file);
    }
}
