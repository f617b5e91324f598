<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Link;

use Cartwright\Failure;

/** A REST route that the server calls: signed, JSON in, JSON out, whatever happens in between. */
final class Endpoint
{
    /** Namespace of all routes. */
    public const NAMESPACE = 'cartwright/v1';

    /**
     * Adds a route; call this within `rest_api_init`. `answer` gets the body's object and the request, gives what is to
     * be answered, or throws a `Failure`.
     *
     * @param callable(array<mixed>, \WP_REST_Request<array<mixed>>): array<mixed> $answer
     */
    public static function signed(string $route, callable $answer): void
    {
        self::add($route, $answer, [self::class, 'permit']);
    }

    /**
     * As `signed`, for the one route that has to do without a key: pairing.
     *
     * @param callable(array<mixed>, \WP_REST_Request<array<mixed>>): array<mixed> $answer
     */
    public static function open(string $route, callable $answer): void
    {
        self::add($route, $answer, '__return_true');
    }

    /**
     * WordPress asks whether the call is let in.
     *
     * @param \WP_REST_Request<array<mixed>> $request
     * @return true|\WP_Error
     */
    public static function permit(\WP_REST_Request $request)
    {
        $headers = [];
        foreach (['key', 'site', 'time', 'nonce', 'signature'] as $name) {
            $headers[$name] = (string) $request->get_header('x_cartwright_' . $name);
        }
        try {
            $key = Guard::check($request->get_method(), $request->get_route(), $headers, (string) $request->get_body());
            Rotation::used($key);
            return true;
        } catch (Failure $failure) {
            return $failure->forRest();
        }
    }

    /**
     * Some stores close the REST interface to strangers. These routes have a lock of their own.
     *
     * @param mixed $result
     * @return mixed
     */
    public static function admit($result)
    {
        $route = (string) ($GLOBALS['wp']->query_vars['rest_route'] ?? '');
        return str_starts_with($route, '/' . self::NAMESPACE . '/') && is_wp_error($result) ? null : $result;
    }

    /**
     * @param callable(array<mixed>, \WP_REST_Request<array<mixed>>): array<mixed> $answer
     * @param callable $permit
     */
    private static function add(string $route, callable $answer, $permit): void
    {
        register_rest_route(self::NAMESPACE, $route, [
            'methods' => 'POST',
            'permission_callback' => $permit,
            'callback' => static fn (\WP_REST_Request $request) => self::answer($answer, $request),
            'show_in_index' => false,
        ]);
    }

    /**
     * @param callable(array<mixed>, \WP_REST_Request<array<mixed>>): array<mixed> $answer
     * @param \WP_REST_Request<array<mixed>> $request
     * @return \WP_REST_Response|\WP_Error
     */
    private static function answer(callable $answer, \WP_REST_Request $request)
    {
        // A warning of any plugin must not stand before the JSON.
        ini_set('display_errors', '0');
        ob_start();
        try {
            $body = $request->get_json_params();
            return new \WP_REST_Response($answer(is_array($body) ? $body : [], $request), 200);
        } catch (Failure $failure) {
            return $failure->forRest();
        } catch (\Throwable $trouble) {
            error_log('Cartwright: ' . $trouble->getMessage() . ' in ' . $trouble->getFile() . ':' . $trouble->getLine());
            $message = 'The store could not do this. Its error log tells why.';
            return new \WP_Error('cartwright_trouble', $message, ['status' => 500]);
        } finally {
            ob_end_clean();
        }
    }
}
