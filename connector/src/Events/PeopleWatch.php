<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Events;

use Cartwright\Module;

/** Announces new accounts, and reviews that are approved or no longer are. */
final class PeopleWatch implements Module
{
    public function register(): void
    {
        add_action('user_register', [self::class, 'registered'], 99);
        add_action('comment_post', [self::class, 'posted'], 99, 2);
        add_action('transition_comment_status', [self::class, 'moderated'], 99, 3);
        add_action('delete_comment', [self::class, 'deleted'], 99, 2);
    }

    /**
     * @param mixed $id
     */
    public static function registered($id): void
    {
        $user = get_userdata(is_numeric($id) ? (int) $id : 0);
        if (self::isCustomer($user)) {
            Queue::add('customer', "user:{$user->ID}", 0, ['user_id' => $user->ID, 'email' => $user->user_email]);
        }
    }

    /**
     * Whoever runs the store is no customer of it.
     *
     * @param mixed $user
     */
    public static function isCustomer($user): bool
    {
        return $user instanceof \WP_User && array_intersect(['customer', 'subscriber'], $user->roles) !== [];
    }

    /**
     * @param mixed $id
     * @param mixed $approved
     */
    public static function posted($id, $approved): void
    {
        if ((string) $approved === '1') {
            self::announce(get_comment(is_numeric($id) ? (int) $id : 0), true);
        }
    }

    /**
     * @param mixed $new
     * @param mixed $old
     * @param mixed $comment
     */
    public static function moderated($new, $old, $comment): void
    {
        if ($new === 'approved' || $old === 'approved') {
            self::announce($comment, $new === 'approved');
        }
    }

    /**
     * @param mixed $id
     * @param mixed $comment
     */
    public static function deleted($id, $comment): void
    {
        if ($comment instanceof \WP_Comment && $comment->comment_approved === '1') {
            self::announce($comment, false);
        }
    }

    /**
     * @param mixed $comment
     */
    private static function announce($comment, bool $approved): void
    {
        if (!$comment instanceof \WP_Comment || get_post_type((int) $comment->comment_post_ID) !== 'product') {
            return;
        }
        if (!in_array($comment->comment_type, ['review', 'comment', ''], true)) {
            return;
        }
        $id = (int) $comment->comment_ID;
        Queue::add('review', "review:$id", 0, [
            'comment_id' => $id,
            'product_id' => (int) $comment->comment_post_ID,
            'user_id' => (int) $comment->user_id,
            'email' => $comment->comment_author_email,
            'approved' => $approved,
            'rating' => (int) get_comment_meta($id, 'rating', true),
        ]);
    }
}
