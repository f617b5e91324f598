<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Cli;

use Cartwright\Failure;
use Cartwright\Link\Person;
use Cartwright\Link\Server;
use Cartwright\Module;

/** `wp ocart …`, `wp oloyalty …`, `wp cartbay …`: the server does the work, its output and exit code are given here. */
final class Commands implements Module
{
    /** First words, and what they are about. */
    public const FAMILIES = [
        'ocart' => 'Funnels, offers, carts and recovery, on the Cartwright server.',
        'oloyalty' => 'Members, points and tiers, on the Cartwright server.',
        'cartbay' => 'Recovery sessions, on the Cartwright server.',
    ];
    /** Seconds that a command may take. */
    private const PATIENCE = 300.0;

    public function register(): void
    {
        add_action('cli_init', [self::class, 'add']);
    }

    /** Adds the commands. */
    public static function add(): void
    {
        foreach (self::FAMILIES as $family => $about) {
            $run = static function (array $words, array $options) use ($family): void {
                self::run($family, $words, $options);
            };
            \WP_CLI::add_command($family, $run, ['shortdesc' => $about]);
        }
    }

    /**
     * Forwards a command and ends as it ended there.
     *
     * @param array<mixed> $words
     * @param array<string, mixed> $options
     */
    public static function run(string $family, array $words, array $options): void
    {
        $user = wp_get_current_user();
        try {
            $answer = Server::post('/command', [
                'arguments' => self::arguments($family, $words, $options),
                'user' => $user->exists() ? Person::of($user) : Person::atTheMachine(),
            ], self::PATIENCE);
        } catch (Failure $failure) {
            $answer = ['stderr' => 'Error: ' . $failure->getMessage() . "\n", 'exit_code' => 1];
        }
        self::write('php://stdout', $answer['stdout'] ?? '');
        self::write('php://stderr', $answer['stderr'] ?? '');
        $code = $answer['exit_code'] ?? 1;
        \WP_CLI::halt(is_int($code) ? $code : 1);
    }

    /**
     * The words as they were typed, as far as WP-CLI tells: it has taken its own options out.
     *
     * @param array<mixed> $words
     * @param array<string, mixed> $options
     * @return list<string>
     */
    public static function arguments(string $family, array $words, array $options): array
    {
        $arguments = [$family];
        foreach ($words as $word) {
            $arguments[] = (string) $word;
        }
        if (\WP_CLI::get_config('quiet')) {
            $options += ['quiet' => true];
        }
        foreach ($options as $name => $value) {
            if ($value === false) {
                $arguments[] = "--no-$name";
            } else {
                $arguments[] = $value === true ? "--$name" : "--$name=" . $value;
            }
        }
        return $arguments;
    }

    /**
     * @param mixed $text
     */
    private static function write(string $stream, $text): void
    {
        if (is_string($text) && $text !== '') {
            file_put_contents($stream, $text);
        }
    }
}
